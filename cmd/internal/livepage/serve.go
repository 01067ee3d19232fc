package livepage

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

// Pages returns the page, and the stream by which it follows the soak.
func (l *Live) Pages() []metrics.Page {
	return []metrics.Page{
		{Pattern: "GET /{$}", Handler: local(l.show)},
		{Pattern: "GET /events", Handler: local(l.tell)},
	}
}

// show answers with the page.
func (l *Live) show(w http.ResponseWriter, _ *http.Request) {
	page, err := l.page(soaks.LiveHTML)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(page) // an error means that the reader is gone
}

const (
	maxReaders = 8               // streams at a time
	pause      = 2 * time.Second // between two pages of a stream
	patience   = 5 * time.Second // with a reader that does not read
)

// tell streams the page whenever it has changed, until the soak has ended or the reader is gone.
func (l *Live) tell(w http.ResponseWriter, r *http.Request) {
	if !l.enter() {
		http.Error(w, "too many readers; close another page of this soak", http.StatusServiceUnavailable)
		return
	}
	defer l.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := &stream{to: w, control: http.NewResponseController(w)}
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for ended := false; !ended; {
		select {
		case <-r.Context().Done():
			return
		case <-l.over:
			ended = true
		case <-ticker.C:
		}
		page, err := l.page(soaks.HTML)
		if err != nil || out.page(page) != nil {
			return
		}
	}
	_ = out.event("end", nil) // an error means that the reader is gone
}

func (l *Live) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.readers == maxReaders {
		return false
	}
	l.mu.readers++
	return true
}

func (l *Live) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.readers--
}

// stream is a stream of server-sent events; see https://html.spec.whatwg.org/multipage/server-sent-events.html.
type stream struct {
	to      http.ResponseWriter
	control *http.ResponseController
	last    []byte
}

// page sends a page unless it equals the last one.
func (s *stream) page(page []byte) error {
	if bytes.Equal(page, s.last) {
		return nil
	}
	s.last = page
	return s.event("page", page)
}

// event sends an event. Each line of its text becomes a line of data.
func (s *stream) event(name string, text []byte) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: %s\n", name)
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		b.WriteString("data: ")
		b.Write(bytes.ReplaceAll(line, []byte("\r"), nil))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := b.WriteTo(s.to); err != nil {
		return err
	}
	return s.control.Flush()
}

// local admits only processes of this machine, and only under a name of the loopback interface.
func local(page http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil || !loopback(from) || !loopback(hostOf(r.Host)) {
			http.Error(w, "the page of a soak is served only to this machine; open it at 127.0.0.1, through ssh -L if need be", http.StatusForbidden)
			return
		}
		page(w, r)
	})
}

// hostOf returns a host without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
