package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// commitment is a commit with some durability, of one pair or of nothing.
type commitment struct {
	level  engine.Durability
	empty  bool
	update bool // it is made by Update, which promises Sync
}

func (c commitment) String() string {
	name := [...]string{engine.Sync: "Sync", engine.NoSync: "NoSync", engine.Buffered: "Buffered"}[c.level]
	switch {
	case c.empty:
		return "nothing with " + name
	case c.update:
		return "a pair with Update"
	}
	return "a pair with " + name
}

// levelsLength is the number of commits in a sequence.
const levelsLength = 3

// levels makes every sequence of commits with every durability, of a pair and of nothing. Each durability makes a
// promise about all earlier commits too: after a kill, everything up to the last Sync or NoSync is there, and after a
// power cut everything up to the last Sync. The commits share a log, or each has its own.
func levels() error {
	kinds := []commitment{{level: engine.Sync, update: true}}
	for _, level := range []engine.Durability{engine.Sync, engine.NoSync, engine.Buffered} {
		kinds = append(kinds, commitment{level: level}, commitment{level: level, empty: true})
	}
	row := make([]commitment, levelsLength)
	var each func(i int) error
	each = func(i int) error {
		if i == len(row) {
			if err := levelsOf(row, oneLog); err != nil {
				return fmt.Errorf("commits %v in one log: %w", row, err)
			}
			if err := levelsOf(row, unflushed); err != nil {
				return fmt.Errorf("commits %v in several logs: %w", row, err)
			}
			return nil
		}
		for _, row[i] = range kinds {
			if err := each(i + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return each(0)
}

// oneLog opens a store whose commits share a log.
func oneLog(disk *faultfs.FS) (db *engine.DB, flushes *gate, err error) {
	db, err = engine.Open(storeDir, options(disk, true))
	return db, newGate(), err
}

// commit commits the i-th pair or nothing.
func (c commitment) commit(db *engine.DB, i int) error {
	if c.update {
		return db.Update(func(t *engine.Txn) error { return t.Put(key(i), value(i)) })
	}
	var b engine.Batch
	if !c.empty {
		b.Put(key(i), value(i))
	}
	return db.Apply(&b, c.level)
}

func levelsOf(row []commitment, open func(*faultfs.FS) (*engine.DB, *gate, error)) error {
	disk := newDisk()
	db, flushes, err := open(disk)
	if err != nil {
		return err
	}
	killed, cut := 0, 0 // the number of commits that must survive
	for i, c := range row {
		err = errors.Join(err, c.commit(db, i))
		if c.level != engine.Buffered {
			killed = i + 1
		}
		if c.level == engine.Sync {
			cut = i + 1
		}
	}
	kill := cutSurvived(disk, faultfs.LoseNone(), pairsOf(row[:killed]))
	power := cutSurvived(disk, faultfs.LoseAll(), pairsOf(row[:cut]))
	flushes.lift()
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := kill.Check(); err != nil {
		return fmt.Errorf("after a kill: %w", err)
	}
	if err := power.Check(); err != nil {
		return fmt.Errorf("after a power cut: %w", err)
	}
	return nil
}

// pairsOf returns the pairs of the first commits of a sequence.
func pairsOf(row []commitment) map[string]string {
	pairs := map[string]string{}
	for i, c := range row {
		if !c.empty {
			pairs[string(key(i))] = string(value(i))
		}
	}
	return pairs
}
