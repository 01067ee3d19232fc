package coordinator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// result accepts the result of a worker. The zero receipt means that all of it is durable.
func (c *Coordinator) result(ctx context.Context, q *queue, text []byte) *wire.Receipt {
	r := &wire.Result{}
	if err := wire.Decode(text, r); err != nil {
		return &wire.Receipt{Refused: err.Error()}
	}
	if why := c.stranger(r.Build, r.Campaign); why != "" {
		return &wire.Receipt{Refused: why}
	}
	counted, err := c.fits(r)
	if err != nil {
		return &wire.Receipt{Refused: err.Error()}
	}
	if counted {
		return &wire.Receipt{}
	}
	kept, err := c.collect(ctx, q, r)
	if err != nil {
		return &wire.Receipt{Again: err.Error()}
	}
	if err := c.count(r, kept); err != nil {
		c.fail(err)
		if errors.Is(err, soak.ErrBlind) {
			return &wire.Receipt{Refused: err.Error()}
		}
		return &wire.Receipt{Again: err.Error()} // after a restart, the ledger tells whether the cell was counted
	}
	return &wire.Receipt{}
}

// fits checks a result against the plan, and reports whether the cell is counted already.
func (c *Coordinator) fits(r *wire.Result) (counted bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	book := &c.mu.journal.Book
	if r.Cell == nil {
		return false, nil // the worker is blind
	}
	lap, cell := r.Cell.Lap, r.Cell.Cell
	if lap < book.Next() || book.Has(lap, cell) {
		return true, nil
	}
	if !c.planned(lap) {
		return false, fmt.Errorf("lap %d is not planned; the first incomplete lap is %d", lap, book.Next())
	}
	cells, err := c.cellsOf(lap)
	if err != nil {
		return false, err
	}
	if cell >= len(cells) || cells[cell].Workload != r.Cell.Workload || cells[cell].Fault != r.Cell.Fault {
		return false, fmt.Errorf("lap %d has no cell %d with %.80q and %.80q", lap, cell, r.Cell.Workload, r.Cell.Fault)
	}
	if seed := c.spec.Options(lap).Seed; r.Cell.Seed != seed {
		return false, fmt.Errorf("lap %d has seed %d, not %d", lap, seed, r.Cell.Seed)
	}
	if r.Canary != nil && r.Canary.Lap != lap {
		return false, fmt.Errorf("canary of lap %d in a result of lap %d", r.Canary.Lap, lap)
	}
	if r.Canary == nil && !book.HasCanary(lap) {
		return false, fmt.Errorf("lap %d has no canary yet", lap)
	}
	return false, nil
}

// count adds a result to the ledger, durably. kept names the findings whose evidence was kept.
func (c *Coordinator) count(r *wire.Result, kept map[string]bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	book := &c.mu.journal.Book
	if r.Canary != nil && (!r.Canary.Caught || !book.HasCanary(r.Canary.Lap)) {
		if err := c.add(&ledger.Event{Canary: r.Canary}); err != nil {
			return err
		}
	}
	if r.Cell == nil {
		return fmt.Errorf("%w: worker %s: %s", soak.ErrBlind, r.Worker, r.Canary.Reason)
	}
	for i := range r.Deaths {
		r.Deaths[i].Lap = r.Cell.Lap
		if err := c.add(&ledger.Event{Death: &r.Deaths[i]}); err != nil {
			return err
		}
	}
	fresh := c.settle(r.Cell.Findings, kept)
	if err := c.add(&ledger.Event{Cell: r.Cell}); err != nil {
		return err
	}
	for _, sentence := range fresh {
		c.opts.Log(sentence)
	}
	if w := c.mu.workers[r.Worker]; w != nil {
		w.cells++
	}
	c.mu.moved = c.opts.Now()
	if c.mu.queued--; c.mu.queued < c.opts.Window/2 {
		c.look() // refill the queue before it runs dry
	}
	return c.complete(r.Cell.Lap)
}

// settle sets the evidence file of each finding, and returns a line for each finding that is new.
func (c *Coordinator) settle(findings []ledger.Sighting, kept map[string]bool) (fresh []string) {
	known := c.mu.journal.Book.Findings()
	for i := range findings {
		f := &findings[i]
		f.File = ""
		if kept[f.ID] {
			f.File = filepath.Join(findingsDir, f.ID+evidence.Ext)
		}
		if !slices.ContainsFunc(known, func(k ledger.Finding) bool { return k.ID == f.ID }) {
			fresh = append(fresh, "new "+f.ID+": "+f.Sentence)
		}
	}
	return fresh
}

// complete counts a lap once all its cells are counted. The caller holds c.mu.
func (c *Coordinator) complete(lap int) error {
	book := &c.mu.journal.Book
	cells, err := c.cellsOf(lap)
	if err != nil {
		return err
	}
	for i := range cells {
		if !book.Has(lap, i) {
			return nil
		}
	}
	if err := c.add(&ledger.Event{Lap: &ledger.Lap{Lap: lap, Cells: len(cells)}}); err != nil {
		return err
	}
	c.look()
	return c.mu.journal.Mark()
}

// completeLeft counts the laps that an earlier coordinator left uncounted because it was killed after adding a lap's last cell to
// the ledger, but before adding the lap. No worker delivers a cell of such a lap again, so the campaign would never end. The caller
// holds c.mu.
func (c *Coordinator) completeLeft() error {
	book := &c.mu.journal.Book
	for lap := book.Next(); c.planned(lap); lap++ {
		if !book.Has(lap, 0) || book.HasLap(lap, ledger.Shard{}) {
			continue
		}
		if err := c.complete(lap); err != nil {
			return err
		}
	}
	return nil
}
