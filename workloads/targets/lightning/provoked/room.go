package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// room checks stores that work in the background while their disk is full. They must accept what fits, refuse with
// ErrNoRoom what does not, and work again as soon as there is room, whichever call comes first then. After a flush or a
// compaction, they must also do what they could not do before, even if no one calls them again.
func room() error {
	for _, full := range []string{"create *.sst", "write *.sst", "create *.blob", "write *.blob", "create *.log"} {
		for _, first := range []struct {
			name string
			call func(db *engine.DB) error
			all  bool // it makes the store catch up
		}{
			{"a commit", func(db *engine.DB) error { return db.Put([]byte("first"), []byte("1"), engine.Sync) }, false},
			{"a large value", func(db *engine.DB) error { return db.Put([]byte("first"), make([]byte, 2000), engine.Sync) }, false},
			{"a flush", (*engine.DB).Flush, true},
			{"a compaction", (*engine.DB).Compact, true},
		} {
			if err := roomAgain(full, first.call, first.all); err != nil {
				return fmt.Errorf("%s fails with ENOSPC, then there is room again, and %s is the first to ask: %w", full, first.name, err)
			}
		}
	}
	return nil
}

// roomAgain fills up a disk and makes room again.
func roomAgain(full string, first func(*engine.DB) error, all bool) error {
	rule, err := faultfs.ParseRule("enospc " + full)
	if err != nil {
		return err
	}
	disk, pairs, err := filled(60)
	if err != nil {
		return err
	}
	o := options(disk, false)
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	if err = fillUp(db, disk, rule, pairs); err == nil {
		err = shows(db, pairs)
	}
	disk.SetRules()
	if err == nil {
		err = mustReturn(func() error { return first(db) })
	}
	if all && err == nil {
		err = rests(db, o)
	}
	if err != nil {
		return closing(db, err)
	}
	if v, failed := db.Get([]byte("first")); failed == nil {
		pairs["first"] = string(v)
	}
	for i := range 100 {
		pairs[string(key(i))] = string(value(i + 1))
		err = errors.Join(err, db.Put(key(i), value(i+1), engine.NoSync))
	}
	err = errors.Join(err, db.Flush(), db.Compact())
	if m := db.Metrics(); err == nil && (m.OutOfRoom || m.Poisoned) {
		err = wrong("after a compaction, the metrics report: out of room %t, poisoned %t", m.OutOfRoom, m.Poisoned)
	}
	return errors.Join(err, shows(db, pairs), db.Close(), allClosed(disk))
}

// fillUp commits until the store refuses.
func fillUp(db *engine.DB, disk *faultfs.FS, rule *faultfs.Rule, pairs map[string]string) error {
	err := db.Put(key(0), value(1), engine.Sync) // writes the manifest; without room for it the store would stop
	pairs[string(key(0))] = string(value(1))
	disk.SetRules(rule)
	for i := 1; err == nil; i++ {
		if i > 10_000 {
			return wrong("%d commits are accepted on a full disk", i)
		}
		k := key(i % 80)
		if err = mustReturn(func() error { return db.Put(k, value(i), engine.NoSync) }); err == nil {
			pairs[string(k)] = string(value(i))
		}
	}
	if !errors.Is(err, engine.ErrNoRoom) {
		return err
	}
	if m := db.Metrics(); m.Poisoned {
		return wrong("the store is poisoned: %w", err)
	}
	return nil
}
