package provoked

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// causes makes two calls fail, the second of which had begun before the first failed: a commit's sync is held up, other
// work fails, and then the sync fails in another way. From then on the store must give the first failure as the cause, and
// the listener must have been told of it alone.
func causes() error {
	for _, first := range []string{"create *.sst", "write *.sst", "sync *.sst", "write MANIFEST-*", "sync MANIFEST-*"} {
		if err := causesAfter(first); err != nil {
			return fmt.Errorf("%s fails during the sync of a commit, which then fails too: %w", first, err)
		}
	}
	return nil
}

func causesAfter(first string) error {
	rule, err := faultfs.ParseRule("eio " + first)
	if err != nil {
		return err
	}
	disk, told := faultfs.New(faultfs.Options{}), make(chan error, 10) // far more than there may be
	h := holding(disk, "*.log")
	o, flushes := options(h, false), newGate()
	o.EventListener = &engine.EventListener{
		FlushBegin:      func(int) { flushes.pass() },
		BackgroundError: func(err error) { told <- err },
	}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := 0; err == nil && db.Metrics().Memtables == 0; i++ { // until one waits for its flush
		err = db.Put(key(i), value(0), engine.NoSync)
	}
	h.armed.Store(true)
	answer := start(func() error { return put("held", smallBytes).do(db, map[string]string{}) })
	if err == nil && !eventually(h.holds.Load) {
		err = wrong("the commit syncs no %s", h.file)
	}
	disk.SetRules(rule)
	flushes.lift()
	if err == nil && !eventually(func() bool { return db.Metrics().Poisoned }) {
		err = wrong("the flush does not fail")
	}
	disk.SetRules(&faultfs.Rule{Effect: faultfs.EROFS, Op: faultfs.OpAny, Glob: "*"})
	close(h.goOn)
	if !eventually(returned(answer)) {
		return hangs()
	}
	if failed := <-answer; err == nil && failed == nil {
		err = wrong("the commit succeeds")
	}
	later := db.Put(key(0), nil, engine.Sync)
	if err == nil && (!errors.Is(later, engine.ErrPoisoned) || !errors.Is(later, syscall.EIO) || errors.Is(later, syscall.EROFS)) {
		err = wrong("a later commit returns %w, want the first failure", orNone(later))
	}
	disk.SetRules()
	_ = db.Close() // the store is poisoned, so Close reports a failure again
	close(told)
	if cause := <-told; err == nil && (len(told) > 0 || !errors.Is(cause, syscall.EIO)) {
		err = wrong("the listener is told of %w, and then of %d more failures", orNone(cause), len(told))
	}
	return errors.Join(err, allClosed(disk))
}
