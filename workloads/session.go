package workloads

import (
	"fmt"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// session is the store that is open now. Clients enter it for each step, and may exchange it.
type session struct {
	// mu is held for writing while the store is exchanged, and for reading by whoever needs it to stay open: by all clients
	// that do a step or hold something open, unless the store may be closed under them.
	mu    sync.RWMutex
	store Store // nil: it was closed and does not open again
	err   error // why not
}

// take does the step to the store that is open now.
func (w *worker) take() error {
	if w.step.Kind == history.Open {
		w.shutAll(true) // it must not close the store under what it has open itself
		w.leave()
		return w.reopen()
	}
	s := &w.session
	if !w.inside {
		s.mu.RLock()
		w.store = s.store
		switch {
		case s.store == nil:
			defer s.mu.RUnlock()
			return s.err
		case w.opts.Opener.ClosesInFlight:
			s.mu.RUnlock()
		default:
			w.inside = true
		}
	}
	w.do()
	if len(w.opened) == 0 {
		w.leave()
	}
	return nil
}

// leave lets others close the store.
func (w *worker) leave() {
	if w.inside {
		w.inside = false
		w.session.mu.RUnlock()
	}
}

// openAttempts is how often a store is opened again: an error may come from a fault that has passed.
const openAttempts = 2

// reopen closes the store and opens it again, unless closing it has failed and may have cost buffered commits. Clients that want
// to begin a step wait meanwhile.
func (w *worker) reopen() error {
	o, s := &w.opts.Opener, &w.session
	if o.Open == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		return s.err
	}
	closing := history.Op{Kind: history.Close, Durability: history.NoSync}
	if o.CloseSyncs {
		closing.Durability = history.Sync
	}
	if err := w.call(closing, s.store.Close); err != nil && owes(w.rec.Ops()) {
		// The next session would miss what nobody has promised to keep, and all that it does would be judged by that.
		s.store, s.err = nil, fmt.Errorf("close: %w", err)
		if w.opts.Reopened != nil {
			w.opts.Reopened(nil)
		}
		return s.err
	}
	if w.step.Looks && o.OpenReadOnly != nil {
		w.readClosed()
	}
	s.store = nil
	for attempt := 0; s.store == nil && attempt < openAttempts; attempt++ {
		s.err = w.call(history.Op{Kind: history.Open}, func() (err error) {
			s.store, err = o.Open()
			return err
		})
	}
	if w.opts.Reopened != nil {
		w.opts.Reopened(s.store)
	}
	if s.store == nil {
		s.err = fmt.Errorf("open again: %w", s.err)
		return s.err
	}
	return nil
}

// owes reports whether a history has buffered commits that no later sync has made durable: a store that fails may lose them,
// though no power was cut.
func owes(ops []history.Op) bool {
	synced := history.Tick(0) // when the last sync was called that was acknowledged
	for i := range ops {
		if op := &ops[i]; op.Outcome == history.Acked && op.Durability == history.Sync && (op.Wrote() || op.Kind == history.Barrier) {
			synced = max(synced, op.Call)
		}
	}
	return slices.ContainsFunc(ops, func(op history.Op) bool {
		return op.Wrote() && op.Durability == history.Buffered && op.Outcome == history.Acked && op.Return > synced
	})
}

// call records an operation about the whole store, which reads and writes nothing.
func (w *worker) call(op history.Op, do func() error) error {
	h := w.rec.Call(w.id, op)
	err := do()
	w.rec.Return(h, nil, outcome(err), err)
	return err
}

// readClosed reads the store, which is closed, through a read-only one.
func (w *worker) readClosed() {
	h := w.rec.Call(w.id, history.Op{Kind: history.Look})
	reads, err := w.contents("")
	w.rec.Return(h, reads, outcome(err), err)
}

// openSecond tries to open the store that is open.
func (w *worker) openSecond() {
	if w.opts.Opener.Open == nil || !w.opts.Opener.RefusesSecondOpen {
		return
	}
	if !w.inside { // it must be open, and stay so
		w.session.mu.RLock()
		defer w.session.mu.RUnlock()
		if w.session.store == nil {
			return
		}
	}
	_ = w.call(history.Op{Kind: history.SecondOpen}, func() error {
		second, err := w.opts.Opener.Open()
		if err == nil {
			return second.Close()
		}
		return plain(err, ErrLocked)
	})
}
