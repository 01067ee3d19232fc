package workloads

import (
	"fmt"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// session holds the currently open store. Clients enter it for each step and may replace the store.
type session struct {
	// mu is held for writing while the store is replaced. It is held for reading by whoever needs the store to stay
	// open: by every client that executes a step or holds something open, unless the store may be closed in flight.
	mu    sync.RWMutex
	store Store // nil: closed, and could not be reopened
	err   error // why the store is nil
}

// take applies the step to the store that is open now.
func (w *worker) take() error {
	if w.step.Kind == history.Open {
		w.shutAll(true) // what this client holds open would keep the store from closing
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

// leave allows others to close the store.
func (w *worker) leave() {
	if w.inside {
		w.inside = false
		w.session.mu.RUnlock()
	}
}

// openAttempts is the number of attempts to reopen a store: an error may come from a transient fault.
const openAttempts = 2

// reopen closes the store and opens it again, unless closing failed and may have cost buffered commits. Clients that
// want to begin a step wait meanwhile.
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
		// The next session could miss commits that nobody promised to keep, and would be judged as if it had them.
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

// owes reports whether a history has buffered commits that no later sync has made durable. A store that fails may lose
// them even without a power cut.
func owes(ops []history.Op) bool {
	synced := history.Tick(0) // call of the last acknowledged sync
	for i := range ops {
		if op := &ops[i]; op.Outcome == history.Acked && op.Durability == history.Sync && (op.Wrote() || op.Kind == history.Barrier) {
			synced = max(synced, op.Call)
		}
	}
	return slices.ContainsFunc(ops, func(op history.Op) bool {
		return op.Wrote() && op.Durability == history.Buffered && op.Outcome == history.Acked && op.Return > synced
	})
}

// call records an operation on the whole store that reads and writes nothing.
func (w *worker) call(op history.Op, do func() error) error {
	h := w.rec.Call(w.id, op)
	err := do()
	w.rec.Return(h, nil, outcome(err), err)
	return err
}

// readClosed reads the closed store by opening it read-only.
func (w *worker) readClosed() {
	h := w.rec.Call(w.id, history.Op{Kind: history.Look})
	reads, err := w.contents("")
	w.rec.Return(h, reads, outcome(err), err)
}

// openSecond tries to open the store while it is open.
func (w *worker) openSecond() {
	if w.opts.Opener.Open == nil || !w.opts.Opener.RefusesSecondOpen {
		return
	}
	if !w.inside { // the store must be open, and stay so
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
