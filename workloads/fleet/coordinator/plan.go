package coordinator

import (
	"maps"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// seen is a worker as of its last hello.
type seen struct {
	at    time.Time
	doing *wire.Place
	cells int // delivered to this coordinator
}

// cellsOf returns the cells of a lap. The caller holds c.mu.
func (c *Coordinator) cellsOf(lap int) ([]torture.Cell, error) {
	if cells, known := c.mu.cells[lap]; known {
		return cells, nil
	}
	cells, err := c.spec.Cells(c.target, lap)
	if err != nil {
		return nil, err
	}
	for old := range c.mu.cells {
		if old < c.mu.journal.Book.Next() {
			delete(c.mu.cells, old)
		}
	}
	c.mu.cells[lap] = cells
	return cells, nil
}

// planned reports whether the cells of a lap may be handed out now: the lap is not complete, and within the window. The caller
// holds c.mu.
func (c *Coordinator) planned(lap int) bool {
	next := c.mu.journal.Book.Next()
	return lap >= next && lap <= next+c.opts.Window && (c.opts.Laps == 0 || lap < c.opts.Laps)
}

// todo returns the items that should be in the queue: the first cells that are not counted yet. The caller holds c.mu.
func (c *Coordinator) todo() ([]wire.Item, error) {
	if c.mu.draining {
		return nil, nil
	}
	book := &c.mu.journal.Book
	var items []wire.Item
	for lap := book.Next(); c.planned(lap) && len(items) < c.opts.Window; lap++ {
		cells, err := c.cellsOf(lap)
		if err != nil {
			return nil, err
		}
		for i := range cells {
			if !book.Has(lap, i) && len(items) < c.opts.Window {
				items = append(items, wire.Item{Campaign: c.spec.Name(), Place: wire.Place{Lap: lap, Cell: i}, Of: len(cells)})
			}
		}
	}
	return items, nil
}

// over returns why there is no more work, or "" if there is. The caller holds c.mu.
func (c *Coordinator) over() string {
	switch {
	case c.mu.draining:
		return "the fleet is being drained"
	case c.opts.Laps > 0 && c.mu.journal.Book.Next() >= c.opts.Laps:
		return "all laps are done"
	}
	return ""
}

// alive returns the workers heard from within the last lease. The caller holds c.mu.
func (c *Coordinator) alive() map[string]*seen {
	now := c.opts.Now()
	for name, w := range c.mu.workers {
		if now.Sub(w.at) > c.opts.Lease {
			delete(c.mu.workers, name)
			c.mu.silent[name] = w.at
		}
	}
	return c.mu.workers
}

// missed returns the number of workers to wait for: those that have neither left nor been silent for longer than
// Farewell. The caller holds c.mu.
func (c *Coordinator) missed() int {
	now := c.opts.Now()
	maps.DeleteFunc(c.mu.silent, func(_ string, at time.Time) bool { return now.Sub(at) > c.opts.Farewell })
	return len(c.alive()) + len(c.mu.silent)
}
