package provoked

import (
	"errors"
	"runtime"

	"github.com/lightningdb/lightning-torture/engine"
)

// retried updates a key while a commit to the same key waits for a sync that is held up. That commit comes first, so the
// update conflicts with it; there is no other commit, so the second attempt must succeed.
func retried() error {
	disk := newDisk()
	h := holding(disk, "*.log")
	db, err := engine.Open(storeDir, options(h, false))
	if err != nil {
		return err
	}
	if err = db.Put(key(0), nil, engine.Sync); err == nil {
		err = retriedBeside(h, db)
	}
	return errors.Join(closing(db, err), allClosed(disk))
}

func retriedBeside(h *holdingUp, db *engine.DB) error {
	attempts := 0
	elder, err := db.Begin(engine.TxnOptions{}) // so that commits are remembered
	if err != nil {
		return err
	}
	h.armed.Store(true)
	put := start(func() error { return db.Put(key(0), []byte("first"), engine.Sync) })
	if !eventually(h.holds.Load) {
		close(h.goOn)
		return hangs()
	}
	updated := start(func() error {
		return db.Update(func(t *engine.Txn) error {
			attempts++
			got, err := t.Get(key(0))
			if err == nil {
				err = t.Put(key(0), append(got, " second"...))
			}
			return err
		})
	})
	conflicts := func(n int64) func() bool { return func() bool { return db.Metrics().Conflicts >= n } }
	if !eventually(conflicts(1)) {
		err = wrong("an update does not conflict with a commit to the same key that it cannot see")
	}
	for n := 0; n < meanwhile && !conflicts(2)(); n++ {
		runtime.Gosched()
	}
	close(h.goOn)
	for _, answer := range []<-chan error{put, updated} {
		if !eventually(returned(answer)) {
			return hangs()
		}
		if failed := <-answer; failed != nil {
			err = errors.Join(err, wrong("a commit and an update of one key: %w", failed))
		}
	}
	if attempts > 2 {
		err = errors.Join(err, wrong("an update during one commit takes %d attempts", attempts))
	}
	got, failed := db.Get(key(0))
	if err = errors.Join(err, failed, elder.Rollback()); err == nil && string(got) != "first second" {
		err = wrong("a key that was put and updated is %q", got)
	}
	return err
}
