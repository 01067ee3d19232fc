package provoked

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// besideMost is the most commits that are made while an errand waits to the end. Each of them wakes everyone who waits for
// something, and so changes who waits first.
const besideMost = 3

// waited does each errand on an open store while a compaction is held up, for which the errand may have to wait. An
// errand that is cancelled must return before the compaction continues and must not disturb it. One that is not
// cancelled must succeed once the compaction continues, even if nothing else ever happens.
func waited() error {
	last := errand{
		name: "Close", opens: true, closes: true,
		do: func(_ context.Context, db *engine.DB, _ engine.Options) (any, error) { return nil, db.Close() },
	}
	for _, e := range append(errands(), last) {
		if e.files {
			continue
		}
		if !e.opens {
			if err := e.waits(true, 0); err != nil {
				return fmt.Errorf("%s is cancelled while a compaction is held up: %w", e.name, err)
			}
		}
		for beside := range besideMost + 1 {
			if err := e.waits(false, beside); err != nil {
				return fmt.Errorf("%s begins while a compaction is held up, and then %d commits: %w", e.name, beside, err)
			}
		}
	}
	return nil
}

// waits does the errand while a compaction is held up, and makes commits beside it. With impatient, it is cancelled.
func (e *errand) waits(impatient bool, beside int) error {
	disk, g, pairs := faultfs.New(faultfs.Options{Yield: others}), newGate(), map[string]string{}
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
	var commits []<-chan error
	for i := range beside {
		commits = append(commits, start(func() error { return db.Put(key(i), large(i), engine.NoSync) }))
		for n := 0; n < meanwhile && len(commits[i]) == 0; n++ { // the errand may hold it up
			runtime.Gosched()
		}
	}
	if impatient {
		cancel()
		if !eventually(returned(answer)) {
			err = errors.Join(err, wrong("it does not return until the compaction goes on"))
		}
	}
	g.lift()
	if !eventually(returned(answer)) {
		cancel()
		return errors.Join(err, hangs())
	}
	cancel()
	if ended := <-answer; ended != nil && !(impatient && errors.Is(ended, context.Canceled)) {
		err = errors.Join(err, wrong("it returns %w", ended))
	}
	for i, commit := range commits {
		if !eventually(returned(commit)) {
			return errors.Join(err, hangs())
		}
		if failed := <-commit; failed == nil {
			pairs[string(key(i))] = string(large(i))
		} else if !e.closes {
			err = errors.Join(err, failed)
		}
	}
	if e.closes {
		return errors.Join(err, holds(disk, storeDir, pairs), allClosed(disk))
	}
	if err == nil {
		err = errors.Join(mustReturn(func() error { return shows(db, pairs) }), mustReturn(db.Compact))
	}
	return errors.Join(closing(db, err), allClosed(disk))
}
