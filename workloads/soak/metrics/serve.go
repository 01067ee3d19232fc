package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// Handler returns /metrics and /healthz of a soak. status is called for each request.
func Handler(status func() soak.Status, clock Clock) http.Handler {
	jump := clock.metric()
	pages := http.NewServeMux()
	pages.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		s := status()
		page := newPage(&s)
		jump.write(page, &s)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = page.WriteTo(w) // whoever asked is gone
	})
	pages.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		s := status()
		code, sentence := health(&s)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		fmt.Fprintln(w, sentence)
	})
	return pages
}

// Page is a further page that a Server has.
type Page struct {
	Pattern string // of an http.ServeMux, such as "GET /events"
	Handler http.Handler
}

// Server serves the pages of a soak until it is closed.
type Server struct {
	http   http.Server
	addr   string
	failed chan error
}

// Serve begins to serve the pages of a soak on an address such as 127.0.0.1:9464. Without a host, as in :9464, that is the
// loopback; another host must be named, since the pages ask for no password. Further pages are served beside them. The error is one of
// the address.
func Serve(address string, status func() soak.Status, further ...Page) (*Server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("metrics: address %q: %w; write host:port, such as 127.0.0.1:9464", address, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w; give another address, or end the process that has it", err)
	}
	s := &Server{addr: listener.Addr().String(), failed: make(chan error, 1)}
	pages := http.NewServeMux()
	pages.Handle("/", Handler(status, SystemClock()))
	for _, p := range further {
		pages.Handle(p.Pattern, p.Handler)
	}
	s.http.Handler = pages
	s.http.ReadHeaderTimeout = 10 * time.Second
	go func() { s.failed <- s.http.Serve(listener) }()
	return s, nil
}

// Addr returns the address at which the pages are, with its port.
func (s *Server) Addr() string { return s.addr }

// Close ends the server. Scrapes that are under way get a second to end.
func (s *Server) Close() error {
	patience, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.http.Shutdown(patience)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if end := <-s.failed; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}
