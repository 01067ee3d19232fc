package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// Room checks stores that work in the background while their disk is full. They take in what fits, refuse what does not, say so, and
// go on as soon as there is room again, whoever asks first.
func Room() error {
	for _, full := range []string{"create *.sst", "write *.sst", "create *.blob", "create *.log"} {
		for _, first := range []struct {
			name string
			call func(db *engine.DB) error
		}{
			{"a commit", func(db *engine.DB) error { return db.Put([]byte("first"), []byte("1"), engine.Sync) }},
			{"a large value", func(db *engine.DB) error { return db.Put([]byte("first"), make([]byte, 2000), engine.Sync) }},
			{"a flush", (*engine.DB).Flush},
			{"a compaction", (*engine.DB).Compact},
		} {
			if err := room(full, first.call); err != nil {
				return fmt.Errorf("there is no room for %s, then there is, and %s asks for it first: %w", full, first.name, err)
			}
		}
	}
	return nil
}

// room fills a disk up, and makes room again.
func room(full string, first func(*engine.DB) error) error {
	rule, err := faultfs.ParseRule("enospc " + full)
	if err != nil {
		return err
	}
	disk, pairs, err := filled(60)
	if err != nil {
		return err
	}
	db, err := engine.Open(storeDir, options(disk, false))
	if err != nil {
		return err
	}
	if err = fillUp(db, disk, rule, pairs); err == nil {
		err = shows(db, pairs)
	}
	disk.SetRules()
	if err == nil {
		err = ends(func() error { return first(db) })
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
		err = wrong("it has compacted since, and its metrics say that it has no room: %t, and is poisoned: %t", m.OutOfRoom, m.Poisoned)
	}
	return errors.Join(err, shows(db, pairs), db.Close(), letGo(disk))
}

// fillUp commits until the store refuses to take in more.
func fillUp(db *engine.DB, disk *faultfs.FS, rule *faultfs.Rule, pairs map[string]string) error {
	err := db.Put(key(0), value(1), engine.Sync) // a manifest for which there is no room would stop the store
	pairs[string(key(0))] = string(value(1))
	disk.SetRules(rule)
	for i := 1; err == nil; i++ {
		if i > 10_000 {
			return wrong("%d commits are taken in", i)
		}
		k := key(i % 80)
		if err = ends(func() error { return db.Put(k, value(i), engine.NoSync) }); err == nil {
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
