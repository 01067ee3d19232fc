package provoked

import (
	"errors"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// waiting is a store with a writer that waits for work that is held up.
type waiting struct {
	db     *engine.DB
	disk   *faultfs.FS
	gate   *gate             // holds up the work
	pairs  map[string]string // the writer's pair included
	answer <-chan error      // the writer's
	closed bool

	committing atomic.Bool // a commit has neither returned nor begun to wait
}

func (w *waiting) close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	return mustReturn(w.db.Close)
}

// relief is a way in which the wait of a writer ends.
type relief struct {
	name string
	end  func(w *waiting) error
}

var reliefs = []relief{
	{"the work is done", func(w *waiting) error {
		w.gate.lift()
		if !eventually(returned(w.answer)) {
			return wrong("the cause is gone, but the writer still waits")
		}
		return errors.Join(<-w.answer, shows(w.db, w.pairs))
	}},
	{"the work fails", func(w *waiting) error {
		w.disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpCreate, Glob: "*.sst"})
		w.gate.lift()
		if !eventually(returned(w.answer)) {
			return wrong("the disk has failed, but the writer still waits")
		}
		if err := <-w.answer; !errors.Is(err, engine.ErrPoisoned) {
			return wrong("the disk has failed, and the waiting writer returns %w", orNone(err))
		}
		w.disk.SetRules()
		if err := w.close(); !errors.Is(err, engine.ErrPoisoned) {
			return wrong("the disk has failed, and Close returns %w", orNone(err))
		}
		again, err := engine.Open(storeDir, options(w.disk, true))
		if err != nil {
			return wrong("the store was closed, with an error, and does not open: %w", err)
		}
		return errors.Join(again.Verify(), again.Close())
	}},
	{"the store is closed", func(w *waiting) error {
		closed := start(w.close)
		if !eventually(func() bool { return errors.Is(w.db.Flush(), engine.ErrClosed) }) {
			return hangs()
		}
		w.gate.lift()
		if !eventually(returned(closed)) || !eventually(returned(w.answer)) {
			return hangs()
		}
		if err := <-w.answer; !errors.Is(err, engine.ErrClosed) {
			return wrong("the store is closed, and the waiting writer returns %w", orNone(err))
		}
		return <-closed
	}},
}
