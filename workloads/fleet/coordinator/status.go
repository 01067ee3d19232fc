package coordinator

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Status is how far a fleet is.
type Status struct {
	Campaign string               `json:"campaign"`
	Engine   string               `json:"engine"`
	Dir      string               `json:"dir"`
	Build    wire.Build           `json:"build"`
	Laps     int                  `json:"laps"`    // that are complete
	LapsOf   int                  `json:"laps_of"` // 0: as many as there is time for
	Cells    int                  `json:"cells"`   // that are counted
	Images   int                  `json:"images"`
	Queued   int                  `json:"queued"`   // items that nobody has done yet
	Findings map[ledger.State]int `json:"findings"` // without those that known.json excuses
	Draining bool                 `json:"draining"`
	Verdict  string               `json:"verdict"` // if it ended now
	Workers  []Worker             `json:"workers"`
}

// Worker is one that was heard of within a lease.
type Worker struct {
	Name  string      `json:"name"`
	Doing *wire.Place `json:"doing,omitempty"`
	Cells int         `json:"cells"` // that it has delivered to this coordinator
}

// Validate returns nil: whoever asks believes its coordinator.
func (*Status) Validate() error { return nil }

// shownWorkers is how many workers a status names.
const shownWorkers = 1000

// Status returns how far the fleet is.
func (c *Coordinator) Status() *Status {
	campaign := c.Campaign()
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &Status{
		Campaign: campaign.Campaign, Engine: campaign.Engine, Dir: c.opts.Dir, Build: c.opts.Build, Laps: campaign.Totals.Laps, LapsOf: c.opts.Laps,
		Cells: campaign.Totals.Cells, Images: campaign.Totals.Images, Queued: c.mu.queued, Findings: map[ledger.State]int{}, Draining: c.mu.draining,
		Verdict: campaign.Verdict,
	}
	for _, state := range ledger.States() {
		s.Findings[state] = campaign.ByState(state, campaign.Known)
	}
	for name, w := range c.alive() {
		s.Workers = append(s.Workers, Worker{name, w.doing, w.cells})
	}
	slices.SortFunc(s.Workers, func(a, b Worker) int { return cmp.Compare(a.Name, b.Name) })
	s.Workers = s.Workers[:min(len(s.Workers), shownWorkers)]
	return s
}

// Campaign returns the status of the campaign as that of a soak, for summaries and metrics.
func (c *Coordinator) Campaign() soak.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := soak.Of(&c.mu.journal.Book, &c.spec, c.mu.known, c.opts.Now())
	s.Dir, s.Running, s.Doing = c.opts.Dir, true, "a fleet"
	return s
}
