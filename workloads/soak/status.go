package soak

import (
	"maps"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Status is a soak at one moment: all that metrics, pages and people want to know. It shares nothing with the soak.
type Status struct {
	Version  int          `json:"version"` // of the JSON form: 1; only Document sets it
	Campaign string       `json:"campaign"`
	Engine   string       `json:"engine"`
	Dir      string       `json:"dir"`
	Shard    ledger.Shard `json:"shard"`
	Fleet    bool         `json:"fleet,omitempty"` // workers elsewhere do the cells; no figures are measured, and none has to stay flat
	Now      time.Time    `json:"now"`
	Running  bool         `json:"running"`  // a supervisor is at work
	Since    time.Time    `json:"since"`    // of the first event of the campaign
	Began    time.Time    `json:"began"`    // of this supervisor
	Counted  time.Time    `json:"counted"`  // when the last cell was counted; zero: none was
	Lap      int          `json:"lap"`      // that is going on, from 0
	Cell     int          `json:"cell"`     // of the lap: the one that is going on
	CellsOf  int          `json:"cells_of"` // how many the lap has, in this shard
	Doing    string       `json:"doing"`    // what is going on, as a person reads it: "lap 3, bank × eio", "replays"
	Stopped  string       `json:"stopped"`  // why it ended; empty: it runs, or was killed

	Totals   ledger.Totals       `json:"totals"`
	Canary   ledger.CanaryTotals `json:"canary"`
	Life     ledger.LifeTotals   `json:"life"`
	Findings []ledger.Finding    `json:"findings"`
	Known    ledger.Known        `json:"known"` // a human's verdicts

	// Figures are the latest measurements, by name: "supervisor.rss", "lap.rss" (bytes), "life.goroutines", "life.fds",
	// "disk.free", and those of the engine in the endless life, such as "engine.files". See package flatness.
	Figures map[string]float64 `json:"figures"`
	// Slopes are what became of each figure over time.
	Slopes []Slope `json:"slopes"`

	Verdict string   `json:"verdict"` // pass, fail, inconclusive or blind, if it ended now
	Reasons []string `json:"reasons"` // why it is not pass
}

// Document returns the status as its JSON form has it: with its version, and with empty lists and maps in place of nil ones.
func (s *Status) Document() *Status {
	d := *s
	d.Version = 1
	if d.Findings == nil {
		d.Findings = []ledger.Finding{}
	}
	if d.Known == nil {
		d.Known = ledger.Known{}
	}
	if d.Figures == nil {
		d.Figures = map[string]float64{}
	}
	if d.Slopes == nil {
		d.Slopes = []Slope{}
	}
	if d.Reasons == nil {
		d.Reasons = []string{}
	}
	for _, m := range []*map[string]int{&d.Totals.Profiles, &d.Totals.Goals} {
		if *m == nil {
			*m = map[string]int{}
		}
	}
	return &d
}

// Slope is the trend of a figure.
type Slope struct {
	Figure     string  `json:"figure"`
	Samples    int     `json:"samples"`  // after the warm-up
	Median     float64 `json:"median"`   // of the samples
	PerHour    float64 `json:"per_hour"` // the Theil-Sen slope
	Low        float64 `json:"low"`      // its 95 % confidence interval, per hour
	High       float64 `json:"high"`     // its 95 % confidence interval, per hour
	Flat       bool    `json:"flat"`
	Measurable bool    `json:"measurable"` // false: there are too few samples, or they could not be read
	Sentence   string  `json:"sentence"`   // what this means
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

// Of returns the status of a campaign of which only the book is known, as a fleet has it: its workers are elsewhere, and nothing of
// them is measured. Dir, Running and what is going on are the caller's to add.
func Of(b *ledger.Book, spec *campaign.Spec, known ledger.Known, now time.Time) Status {
	st := statusOf(b)
	st.Campaign, st.Engine, st.Known, st.Now = spec.Name(), spec.Engine, known, now
	st.judge(nil)
	return st
}

// statusOf returns what a book knows.
func statusOf(b *ledger.Book) Status {
	st := Status{
		Campaign: b.Started.Campaign, Shard: b.Started.Shard, Fleet: b.Started.Fleet, Since: b.Since, Counted: b.Counted, Stopped: b.Stopped, Totals: b.Totals,
		Canary: b.Canary, Life: b.Life, Findings: b.Findings(), Lap: b.Next(),
	}
	st.Totals.Profiles, st.Totals.Goals = maps.Clone(b.Totals.Profiles), maps.Clone(b.Totals.Goals)
	return st
}
