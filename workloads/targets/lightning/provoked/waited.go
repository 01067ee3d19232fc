package provoked

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// waited holds up a compaction, starts an errand that may have to wait for it, and cancels the errand. The errand must
// return before the compaction continues, whether or not it was waiting, and must not have disturbed it.
func waited() error {
	for _, e := range errands() {
		if e.files || e.opens {
			continue
		}
		if err := e.waits(); err != nil {
			return fmt.Errorf("%s is cancelled while a compaction is held up: %w", e.name, err)
		}
	}
	return nil
}

func (e *errand) waits() error {
	disk, g, pairs := faultfs.New(faultfs.Options{}), newGate(), map[string]string{}
	held := make(chan struct{}, 1000) // far more than there will be
	o := options(disk, false)
	o.Limits.StopFactor = 1 << 10 // the writer never waits
	o.EventListener = &engine.EventListener{CompactionBegin: func(i engine.CompactionInfo) {
		if i.Reason != engine.CompactionManual {
			held <- struct{}{}
			g.pass()
		}
	}}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := 0; len(held) == 0 && err == nil; i++ {
		pairs[string(key(i%20))] = string(value(i))
		err = db.Put(key(i%20), value(i), engine.NoSync)
		if i%20 == 0 {
			err = errors.Join(err, db.Flush())
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	answer := start(func() error { _, err := e.do(ctx, db, o); return err })
	for range meanwhile {
		runtime.Gosched()
	}
	cancel()
	if !eventually(returned(answer)) {
		err = errors.Join(err, wrong("it does not return until the compaction goes on"))
	}
	g.lift()
	if !eventually(returned(answer)) {
		return errors.Join(err, errHangs)
	}
	if ended := <-answer; ended != nil && !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, wrong("it returns %w", ended))
	}
	if err == nil {
		err = errors.Join(mustReturn(func() error { return shows(db, pairs) }), mustReturn(db.Compact))
	}
	return errors.Join(closing(db, err), allClosed(disk))
}
