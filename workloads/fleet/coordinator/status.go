package coordinator

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Status is the progress of a fleet.
type Status struct {
	Campaign string               `json:"campaign"`
	Engine   string               `json:"engine"`
	Dir      string               `json:"dir"`
	Build    wire.Build           `json:"build"`
	Laps     int                  `json:"laps"`    // complete laps
	LapsOf   int                  `json:"laps_of"` // the limit; 0 means none
	Cells    int                  `json:"cells"`   // counted cells
	Images   int                  `json:"images"`
	Queued   int                  `json:"queued"`   // items not taken yet, as of the last check
	Findings map[ledger.State]int `json:"findings"` // without those that known.json excuses
	Draining bool                 `json:"draining"`
	Verdict  string               `json:"verdict"` // the verdict if the campaign ended now
	Workers  []Worker             `json:"workers"`
}

// Worker is a worker heard from within the last lease.
type Worker struct {
	Name  string      `json:"name"`
	Doing *wire.Place `json:"doing,omitempty"`
	Cells int         `json:"cells"` // cells delivered to this coordinator
}

// Validate returns nil: operators trust their coordinator.
func (*Status) Validate() error { return nil }

// shownWorkers is the maximum number of workers in a status.
const shownWorkers = 1000

// Status returns the progress of the fleet.
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

// Campaign returns the status of the campaign in the form of a soak's, for summaries and metrics.
func (c *Coordinator) Campaign() soak.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := soak.Of(&c.mu.journal.Book, &c.spec, c.mu.known, c.opts.Now())
	s.Dir, s.Running, s.Doing = c.opts.Dir, true, "a fleet"
	return s
}
