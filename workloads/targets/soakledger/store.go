package soakledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// store is a journal whose cells carry the writes of commits.
type store struct {
	env     torture.Env
	journal *campaign.Journal
	mu      struct {
		sync.Mutex
		pairs  map[string][]byte
		next   int // number of cells so far
		closed bool
		failed error // why the cursor could not be replaced; nothing is counted after that
	}
}

// replay applies an event of the ledger to the pairs.
func (s *store) replay(e *ledger.Event) error {
	if e.Cell == nil {
		return nil
	}
	if n := e.Cell.Lap*cellsALap + e.Cell.Cell; n != s.mu.next {
		return fmt.Errorf("cell %d was counted, but the next one was %d", n, s.mu.next)
	}
	s.mu.next++
	var writes []history.Write
	if err := json.Unmarshal([]byte(e.Cell.Reasons[0]), &writes); err != nil {
		return err
	}
	s.show(writes)
	return nil
}

func (s *store) show(writes []history.Write) {
	for _, w := range writes {
		if w.Delete {
			delete(s.mu.pairs, string(w.Key))
		} else {
			s.mu.pairs[string(w.Key)] = bytes.Clone(w.Value)
		}
	}
}

// Apply counts a cell that carries the writes.
func (s *store) Apply(writes []history.Write, _ history.Durability) error {
	if len(writes) == 0 {
		return nil
	}
	text, err := json.Marshal(writes)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed || s.mu.failed != nil {
		return fmt.Errorf("%w: the journal is closed, or its cursor could not be replaced: %w", workloads.ErrRefused, s.mu.failed)
	}
	lap, cell := s.mu.next/cellsALap, s.mu.next%cellsALap
	counted := &ledger.Cell{Lap: lap, Cell: cell, Outcome: ledger.Passed, Images: 1, Reasons: []string{string(text)}}
	if err := s.journal.Add(&ledger.Event{Cell: counted}); err != nil {
		return translate(err)
	}
	s.mu.next++
	s.show(writes)
	if cell == cellsALap-1 {
		s.mu.failed = s.endLap(lap)
	}
	return nil
}

// endLap records that all cells of a lap were counted, and replaces the cursor.
func (s *store) endLap(lap int) error {
	if err := s.journal.Add(&ledger.Event{Lap: &ledger.Lap{Lap: lap, Cells: cellsALap}}); err != nil {
		return err
	}
	return s.journal.Mark()
}

// Get returns the latest value of a key.
func (s *store) Get(key []byte) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, found := s.mu.pairs[string(key)]
	return bytes.Clone(value), found, nil
}

// Scan visits the pairs with keys in [from, to), or from on if to is empty.
func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	s.mu.Lock()
	pairs := maps.Clone(s.mu.pairs)
	s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		if key < string(from) || len(to) > 0 && key >= string(to) {
			continue
		}
		if !visit([]byte(key), bytes.Clone(pairs[key])) {
			break
		}
	}
	return nil
}

// Verify reads the journal from the disk, as the status command of a soak does while the soak runs, and compares the
// count.
func (s *store) Verify() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := campaign.Read(s.env.FS, s.env.Dir, nil)
	if err != nil {
		return translate(err)
	}
	return agree(b, s.mu.next)
}

// Close closes the journal.
func (s *store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.closed = true
	return s.journal.Close()
}
