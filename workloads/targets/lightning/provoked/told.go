package provoked

import (
	"errors"
	"fmt"
	"maps"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// toldCommits is the number of commits that told makes.
const toldCommits = 120

// told cuts the power at each event that a store reports to its listener. No commit asks for a sync, so only the
// reported work makes anything durable: after a flush, the commits made before it began must survive, and after a
// checkpoint, the copy must.
func told() error {
	disk := newDisk()
	var cuts []torture.PowerCut
	tell := func(what, dir string, pairs map[string]string) {
		pairs = maps.Clone(pairs)
		now := disk.Now()
		cuts = append(cuts, torture.PowerCut{
			Disk: disk, Model: faultfs.Model{Profile: faultfs.LoseAll()}, Tick: now, Since: now,
			Holds: func(left *faultfs.FS, _ uint64) error {
				if err := has(left, dir, pairs); err != nil {
					return fmt.Errorf("after %s: %w", what, err)
				}
				return nil
			},
		})
	}
	now, flushing := map[string]string{}, map[string]string{}
	o := options(disk, true)
	o.EventListener = &engine.EventListener{
		FlushBegin:     func(int) { flushing = maps.Clone(now) },
		FlushDone:      func(engine.FlushInfo) { tell("a flush", storeDir, flushing) },
		CompactionDone: func(engine.CompactionInfo) { tell("a compaction", storeDir, flushing) },
		CheckpointDone: func(i engine.CheckpointInfo) { tell("a checkpoint", i.Dir, now) },
	}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := 0; i < toldCommits && err == nil; i++ { // every key is new, so what a cut leaves never replaces what is expected
		if err = db.Put(key(i), value(i), engine.NoSync); err == nil {
			now[string(key(i))] = string(value(i))
		}
	}
	if err = errors.Join(err, db.Checkpoint(copyDir), db.Close()); err != nil {
		return err
	}
	for _, cut := range cuts {
		if err := cut.Check(); err != nil {
			return err
		}
	}
	return nil
}

// has opens the store in a directory and returns an error unless it has the pairs, and perhaps others.
func has(left *faultfs.FS, dir string, pairs map[string]string) error {
	o := options(left, true)
	o.ErrorIfMissing = true
	db, err := engine.Open(dir, o)
	if err != nil {
		return wrong("the store does not open after a crash: %w", err)
	}
	for k, want := range pairs {
		if got, failed := db.Get([]byte(k)); err == nil && (failed != nil || string(got) != want) {
			err = wrong("%q was committed, but after a crash the value has %d bytes: %w", k, len(got), orNone(failed))
		}
	}
	return closing(db, err)
}
