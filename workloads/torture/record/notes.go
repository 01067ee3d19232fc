package record

import (
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// notesMax is the number of events kept of each kind; a goal needs only a few.
const notesMax = 64

// notebook keeps the events that a target reports.
type notebook struct {
	clock *history.Clock

	mu    sync.Mutex
	notes []contract.Note
	count map[string]int
}

func (n *notebook) add(event string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count == nil {
		n.count = map[string]int{}
	}
	if n.count[event]++; n.count[event] <= notesMax {
		n.notes = append(n.notes, contract.Note{Tick: uint64(n.clock.Now()), Event: event})
	}
}

// until returns the events reported up to a tick.
func (n *notebook) until(now history.Tick) []contract.Note {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Clone(n.notes)
	return slices.DeleteFunc(all, func(note contract.Note) bool { return note.Tick > uint64(now) })
}
