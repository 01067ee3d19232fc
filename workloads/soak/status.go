package soak

import (
	"maps"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Status is a soak at one moment: all that metrics, pages and people want to know. It shares nothing with the soak.
type Status struct {
	Campaign string
	Engine   string
	Dir      string
	Shard    ledger.Shard
	Now      time.Time
	Running  bool      // a supervisor is at work
	Since    time.Time // of the first event of the campaign
	Began    time.Time // of this supervisor
	Counted  time.Time // when the last cell was counted; zero: none was
	Lap      int       // that is going on, from 0
	Cell     int       // of the lap: the one that is going on
	CellsOf  int       // how many the lap has, in this shard
	Doing    string    // what is going on, as a person reads it: "lap 3, bank × eio", "replays"
	Stopped  string    // why it ended; empty: it runs, or was killed

	Totals   ledger.Totals
	Canary   ledger.CanaryTotals
	Life     ledger.LifeTotals
	Findings []ledger.Finding
	Known    ledger.Known // a human's verdicts

	// Figures are the latest measurements, by name: "supervisor.rss", "lap.rss" (bytes), "life.goroutines", "life.fds",
	// "disk.free", and those of the engine in the endless life, such as "engine.files". See package flatness.
	Figures map[string]float64
	// Slopes are what became of each figure over time.
	Slopes []Slope

	Verdict string   // pass, fail, inconclusive or blind, if it ended now
	Reasons []string // why it is not pass
}

// Slope is the trend of a figure.
type Slope struct {
	Figure     string
	Samples    int     // after the warm-up
	Median     float64 // of the samples
	PerHour    float64 // the Theil-Sen slope
	Low, High  float64 // its 95 % confidence interval, per hour
	Flat       bool
	Measurable bool   // false: there are too few samples, or they could not be read
	Sentence   string // what this means
}

// ByState counts the findings in a state. Known ones are left out if known is not nil.
func (s *Status) ByState(state ledger.State, known ledger.Known) (n int) {
	for i := range s.Findings {
		if f := &s.Findings[i]; f.State == state && !known.Excuses(f.ID, s.Now) {
			n++
		}
	}
	return n
}

// Status returns what is known now. It may be called by any goroutine.
func (s *Soak) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status()
}

func (s *Soak) status() Status {
	b := &s.mu.journal.Book
	st := statusOf(b)
	st.Campaign, st.Engine, st.Dir, st.Shard = s.spec.Name(), s.spec.Engine, s.opts.Dir, s.opts.Shard
	st.Now, st.Running, st.Began = s.opts.Now(), s.mu.running, s.began
	st.Lap, st.Cell, st.CellsOf, st.Doing = s.mu.lap, s.mu.cell, s.mu.cells, s.mu.doing
	st.Known, st.Figures, st.Slopes = s.mu.known, maps.Clone(s.mu.figures), slices.Clone(s.mu.slopes)
	st.judge(s.mu.missing)
	return st
}

// statusOf returns what a book knows.
func statusOf(b *ledger.Book) Status {
	st := Status{
		Campaign: b.Started.Campaign, Shard: b.Started.Shard, Since: b.Since, Counted: b.Counted, Stopped: b.Stopped, Totals: b.Totals,
		Canary: b.Canary, Life: b.Life, Findings: b.Findings(), Lap: b.Next(),
	}
	st.Totals.Profiles, st.Totals.Goals = maps.Clone(b.Totals.Profiles), maps.Clone(b.Totals.Goals)
	return st
}
