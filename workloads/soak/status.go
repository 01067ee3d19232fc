package soak

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Status is a snapshot of a soak with everything that metrics and pages show. It shares no memory with the soak.
type Status struct {
	Version  int          `json:"version"` // version of the JSON form, 1; set only by Document
	Campaign string       `json:"campaign"`
	Engine   string       `json:"engine"`
	Dir      string       `json:"dir"`
	Shard    ledger.Shard `json:"shard"`
	Fleet    bool         `json:"fleet,omitempty"` // workers on other machines do the cells; no figures are measured, so none has to stay flat
	Now      time.Time    `json:"now"`
	Running  bool         `json:"running"`  // a supervisor is at work
	Since    time.Time    `json:"since"`    // when the campaign began
	Began    time.Time    `json:"began"`    // when this supervisor began
	Counted  time.Time    `json:"counted"`  // when the last cell was counted; zero if none was
	Lap      int          `json:"lap"`      // the lap in progress, from 0
	Cell     int          `json:"cell"`     // the cell in progress, within the lap
	CellsOf  int          `json:"cells_of"` // number of cells of the lap in this shard
	Doing    string       `json:"doing"`    // what is going on, for humans: "lap 3, bank × eio", "replays"
	Stopped  string       `json:"stopped"`  // why it ended; empty if it is running or was killed

	Totals   ledger.Totals       `json:"totals"`
	Canary   ledger.CanaryTotals `json:"canary"`
	Life     ledger.LifeTotals   `json:"life"`
	Findings []ledger.Finding    `json:"findings"`
	Known    ledger.Known        `json:"known"` // human verdicts on findings

	// Figures has the latest measurements by name: "supervisor.rss", "lap.rss" and "disk.free" in bytes,
	// "life.goroutines", "life.fds", and those of the engine in the long-lived store, such as "engine.files".
	Figures map[string]float64 `json:"figures"`
	// Slopes has the trends of the figures over time, see package flatness.
	Slopes []Slope `json:"slopes"`

	Verdict string   `json:"verdict"` // the verdict if the soak ended now: pass, fail, inconclusive or blind
	Reasons []string `json:"reasons"` // why it is not a pass

	merged bool // the files of findings include the directory of their shard
}

// Evidence returns the path of a finding's evidence, relative to the working directory as Dir is; "" if there is none.
func (s *Status) Evidence(f *ledger.Finding) string {
	if f.File == "" || s.merged {
		return f.File
	}
	return filepath.Join(s.Dir, f.File)
}

// Document returns the status for its JSON form: with the version set, and with empty lists and maps instead of nil ones.
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
	Samples    int     `json:"samples"`  // number of samples after the warm-up
	Median     float64 `json:"median"`   // median of these samples
	PerHour    float64 `json:"per_hour"` // the Theil-Sen slope
	Low        float64 `json:"low"`      // its 95 % confidence interval, per hour
	High       float64 `json:"high"`     // its 95 % confidence interval, per hour
	Flat       bool    `json:"flat"`
	Measurable bool    `json:"measurable"` // there are enough samples to judge
	Sentence   string  `json:"sentence"`   // why it is not flat or not measurable
}

// ByState counts the findings in a state, leaving out those that known excuses. A nil known excuses none.
func (s *Status) ByState(state ledger.State, known ledger.Known) (n int) {
	for i := range s.Findings {
		if f := &s.Findings[i]; f.State == state && !known.Excuses(f.ID, s.Now) {
			n++
		}
	}
	return n
}

// Status returns the current status. It is safe for concurrent use.
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

// Of returns the status of a campaign from its book alone, for a fleet, whose workers are elsewhere and not measured. The caller
// fills in Dir, Running and what is in progress.
func Of(b *ledger.Book, spec *campaign.Spec, known ledger.Known, now time.Time) Status {
	st := statusOf(b)
	st.Campaign, st.Engine, st.Known, st.Now = spec.Name(), spec.Engine, known, now
	st.judge(nil)
	return st
}

// statusOf returns the part of a status that follows from a book.
func statusOf(b *ledger.Book) Status {
	st := Status{
		Campaign: b.Started.Campaign, Shard: b.Started.Shard, Fleet: b.Started.Fleet, Since: b.Since, Counted: b.Counted, Stopped: b.Stopped, Totals: b.Totals,
		Canary: b.Canary, Life: b.Life, Findings: b.Findings(), Lap: b.Next(),
	}
	st.Totals.Profiles, st.Totals.Goals = maps.Clone(b.Totals.Profiles), maps.Clone(b.Totals.Goals)
	return st
}
