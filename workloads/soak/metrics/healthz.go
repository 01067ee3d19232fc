package metrics

import (
	"fmt"
	"net/http"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
)

// staleAfter is how long a healthy soak may go without counting a cell. The alert TortureStale waits as long.
const staleAfter = 15 * time.Minute

// health returns 200 if a soak makes progress and is not blind, and 503 otherwise. Findings do not matter: they are its purpose. The
// sentence says what is wrong, or what the soak is doing.
func health(s *soak.Status) (code int, sentence string) {
	last := s.Counted
	if s.Began.After(last) {
		last = s.Began
	}
	switch idle := s.Now.Sub(last); {
	case !s.Running:
		return http.StatusServiceUnavailable, "the soak is not running: " + s.Stopped
	case s.Canary.Missed > 0:
		return http.StatusServiceUnavailable, fmt.Sprintf("the lab is blind: it has missed %d planted bugs in a row: %s", s.Canary.Missed, s.Canary.Reason)
	case idle > staleAfter:
		return http.StatusServiceUnavailable, fmt.Sprintf("no cell has been counted for %v: %s", idle.Round(time.Second), s.Doing)
	}
	return http.StatusOK, "ok: " + s.Doing
}
