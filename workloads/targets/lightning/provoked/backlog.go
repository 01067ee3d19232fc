package provoked

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// backlogCommits is the number of commits that wait for a flush, each in a log of its own.
const backlogCommits = 4

// backlog cuts the power while several logs wait for a flush and only the first of them is synced, so a log may be lost
// although later ones survive. It cuts the power again at every operation of the recovery. Whatever is left after either
// cut must open and show the commits up to some point. What is left after the first cut must also verify before it is
// opened.
func backlog() error {
	disk, before, states, err := backlogged()
	if err != nil {
		return err
	}
	model, ways := faultfs.Model{Profile: faultfs.PosixMin()}, map[string]bool{}
	first := torture.PowerCut{Disk: disk, Model: model, Tick: before, Since: before, Holds: func(found *faultfs.FS, _ uint64) error {
		if report, err := engine.VerifyDir(storeDir, options(found, true)); err != nil || len(report.Problems) > 0 {
			return wrong("after a crash, VerifyDir reports %q: %w", report.Problems, orNone(err))
		}
		if err := opens(found, states); err != nil {
			return err
		}
		changes := changesOf(found)
		ways[changes] = true
		again := torture.PowerCut{Disk: found, Earlier: disk.Trace(), Model: model, Holds: func(left *faultfs.FS, _ uint64) error { return opens(left, states) }}
		for again.Tick = range found.Now() {
			if err := again.CheckAll(); err != nil {
				return fmt.Errorf("the power is cut again after %d operations of a recovery (%s): %w", again.Tick, changes, err)
			}
		}
		return nil
	}}
	err = first.CheckAll()
	if err == nil && len(ways) < 1<<backlogCommits {
		err = wrong("with %d logs that may be lost, recoveries change the disk in only %d different ways", backlogCommits, len(ways))
	}
	return err
}

// backlogged returns the disk of a store, the tick at which it has a backlog, and the states that a power cut at that tick may
// leave: the pairs after each commit, from the synced one on.
func backlogged() (disk *faultfs.FS, tick uint64, states []map[string]string, err error) {
	disk = newDisk()
	db, flushes, err := unflushed(disk)
	if err != nil {
		return nil, 0, nil, err
	}
	pairs, level := map[string]string{}, engine.Sync
	for i := range 1 + backlogCommits {
		pairs[string(key(i))] = "v"
		err = errors.Join(err, db.Put(key(i), []byte("v"), level))
		states, level = append(states, maps.Clone(pairs)), engine.NoSync
	}
	tick = disk.Now()
	flushes.lift()
	return disk, tick, states, errors.Join(err, db.Close())
}

// unflushed opens a store in which every commit gets a log of its own, and whose flushes are held up.
func unflushed(disk *faultfs.FS) (db *engine.DB, flushes *gate, err error) {
	flushes = newGate()
	o := options(disk, false)
	o.MemtableBytes, o.MemtablesMax = 1, 2*backlogCommits
	o.EventListener = &engine.EventListener{FlushBegin: func(int) { flushes.pass() }}
	db, err = engine.Open(storeDir, o)
	return db, flushes, err
}

// opens opens a store after a crash and returns an error unless it shows one of the given states.
func opens(disk *faultfs.FS, states []map[string]string) error {
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return wrong("the store does not open after a crash: %w", err)
	}
	if m := db.Metrics(); m.Stalled && m.Levels[0].Tables == 0 {
		return closing(db, wrong("a store with %d memtables and no tables, just opened, reports that writers wait", m.Memtables))
	}
	err = wrong("after a crash, the store shows none of the %d states that the crash may leave", len(states))
	for _, pairs := range states {
		if shows(db, pairs) == nil {
			err = nil
		}
	}
	return closing(db, err)
}

// changesOf returns what a recovery has changed on its disk, in order.
func changesOf(disk *faultfs.FS) string {
	var all []string
	for _, op := range disk.Trace() {
		all = append(all, fmt.Sprint(op.Kind, " ", op.Path))
	}
	return strings.Join(all, ", ")
}
