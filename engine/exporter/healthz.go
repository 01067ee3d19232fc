package exporter

import (
	"fmt"
	"net/http"
)

// Healthz returns a page for load balancers and supervisors: 200 if the store accepts writes, otherwise 503 with a
// sentence that says why. A store that is waiting for maintenance or for room on the disk is not well, but restarting
// the process would not help. It answers 200, and the sentence says what it is waiting for.
func (e *Exporter) Healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code, sentence := e.health()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		fmt.Fprintln(w, sentence)
	})
}

func (e *Exporter) health() (code int, sentence string) {
	s := e.store.Load()
	if s == nil {
		return http.StatusServiceUnavailable, "the store is not open"
	}
	switch m := s.db.Metrics(); {
	case m.Poisoned:
		sentence = "the store is poisoned: it can be read, and takes no writes until it is opened again"
		if cause := e.events.cause.Load(); cause != nil {
			sentence += ": " + (*cause).Error()
		}
		return http.StatusServiceUnavailable, sentence
	case m.OutOfRoom:
		return http.StatusOK, "ok, but the disk has no room for a flush or a compaction"
	case m.Stalled:
		return http.StatusOK, "ok, but writers wait for maintenance"
	}
	return http.StatusOK, "ok"
}
