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

// Handler returns a handler for /metrics and /healthz of a soak. It calls status for each request.
func Handler(status func() soak.Status, clock Clock) http.Handler {
	jump := clock.metric()
	pages := http.NewServeMux()
	pages.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		s := status()
		page := newPage(&s)
		jump.write(page, &s)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = page.WriteTo(w) // the client is gone
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

// Page is an additional page of a Server.
type Page struct {
	Pattern string // a pattern of http.ServeMux, such as "GET /events"
	Handler http.Handler
}

// Server serves the pages of a soak until it is closed.
type Server struct {
	http   http.Server
	addr   string
	failed chan error
}

// Serve starts serving the pages of a soak, and any further ones, on an address such as 127.0.0.1:9464. An address without a host,
// such as :9464, means the loopback interface. Any other interface must be named explicitly, because the pages need no password. An
// error means that the address is invalid or in use.
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

// Addr returns the address of the server, including the port.
func (s *Server) Addr() string { return s.addr }

// Close stops the server. Scrapes under way get a second to finish.
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
