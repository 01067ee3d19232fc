//go:build linux

package operations_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/metrics"
)

// began is the start time of the films of soaks.
var began = time.Date(2026, 11, 29, 22, 0, 0, 0, time.UTC)

// actor acts as a soak: a call of /load advances its time, and /plant makes it fail. It serves the soak's own pages.
type actor struct {
	mu     sync.Mutex
	ill    string
	minute int
	dump   string // a file that takes space on the disk
	status soak.Status
}

// serveSoak acts as a soak until it is killed. The size of the file dump is subtracted from the free space.
func serveSoak(address, dump string) error {
	a := &actor{dump: dump, status: soak.Status{
		Campaign: "d4dc2c0b7f59", Engine: "lightning", Running: true, Since: began, Began: began, Now: began, CellsOf: 19, Doing: "lap 0, bank × eio",
		Totals: ledger.Totals{Starts: 1}, Canary: ledger.CanaryTotals{Tried: 1, Caught: 1, Last: began},
		Figures: map[string]float64{"supervisor.rss": 4e7},
		Slopes:  []soak.Slope{{Figure: "supervisor.rss", Median: 4e7, Flat: true, Measurable: true}},
		Verdict: "inconclusive",
	}}
	pages := http.NewServeMux()
	pages.Handle("/", metrics.Handler(a.now, metrics.Clock{Began: began, Day: a.day, Passed: a.passed}))
	pages.HandleFunc("/load", func(w http.ResponseWriter, r *http.Request) {
		minute, err := strconv.Atoi(r.FormValue("n"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.play(minute)
	})
	pages.HandleFunc("/plant", func(_ http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.ill = r.FormValue("what")
	})
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	return http.Serve(listener, pages) //nolint:gosec // on the loopback, for a test
}

func (a *actor) now() soak.Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

func (a *actor) passed() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Duration(a.minute) * time.Minute
}

func (a *actor) day() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status.Now
}

// play advances to the given minute.
func (a *actor) play(minute int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := &a.status
	a.minute = minute
	s.Now = began.Add(time.Duration(minute) * time.Minute)
	if a.ill == "clock" {
		s.Now = s.Now.Add(-10 * time.Minute)
	}
	s.Figures["disk.free"] = 500e6
	if f, err := os.Stat(a.dump); err == nil {
		s.Figures["disk.free"] -= float64(f.Size())
	}
	images := 60_000
	s.Slopes[0].Flat, s.Canary.Missed, s.Findings = true, 0, nil
	switch a.ill {
	case "stale":
		return
	case "blind":
		s.Canary.Missed = 2
	case "grows":
		s.Slopes[0].Flat = false
	case "finding":
		s.Findings = []ledger.Finding{{Sighting: ledger.Sighting{ID: "0a6c794394"}, State: ledger.New}}
	case "unclear":
		s.Totals.Unclear++
	case "dies":
		s.Totals.Deaths, s.Totals.Lost = s.Totals.Deaths+1, s.Totals.Lost+1
	case "slow":
		images = 6_000
	}
	s.Totals.Passed += 3
	s.Totals.Images += images
	s.Counted = s.Now
}
