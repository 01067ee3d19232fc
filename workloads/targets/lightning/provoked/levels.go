package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// commitment is a commit with some durability, of one pair or of nothing.
type commitment struct {
	level engine.Durability
	empty bool
}

func (c commitment) String() string {
	name := [...]string{engine.Sync: "Sync", engine.NoSync: "NoSync", engine.Buffered: "Buffered"}[c.level]
	if c.empty {
		return "nothing with " + name
	}
	return "a pair with " + name
}

// levelsLength is the number of commits in a sequence.
const levelsLength = 3

// Levels makes every sequence of commits with every durability, of a pair and of nothing. Each durability makes a
// promise about all earlier commits too: after a kill, everything up to the last Sync or NoSync is there, and after a
// power cut everything up to the last Sync.
func Levels() error {
	var kinds []commitment
	for _, level := range []engine.Durability{engine.Sync, engine.NoSync, engine.Buffered} {
		kinds = append(kinds, commitment{level, false}, commitment{level, true})
	}
	row := make([]commitment, levelsLength)
	var each func(i int) error
	each = func(i int) error {
		if i == len(row) {
			if err := levels(row); err != nil {
				return fmt.Errorf("commits %v: %w", row, err)
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

func levels(row []commitment) error {
	disk := faultfs.New(faultfs.Options{})
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	killed, cut := 0, 0 // the number of commits that must survive
	for i, c := range row {
		var b engine.Batch
		if !c.empty {
			b.Put(key(i), value(i))
		}
		err = errors.Join(err, db.Apply(&b, c.level))
		if c.level != engine.Buffered {
			killed = i + 1
		}
		if c.level == engine.Sync {
			cut = i + 1
		}
	}
	afterKill, afterCut := after(disk, faultfs.LoseNone()), after(disk, faultfs.LoseAll())
	err = errors.Join(err, db.Close())
	for _, crash := range []struct {
		name  string
		disk  *faultfs.FS
		there int
	}{{"a kill", afterKill, killed}, {"a power cut", afterCut, cut}} {
		pairs := map[string]string{}
		for i := range crash.there {
			if !row[i].empty {
				pairs[string(key(i))] = string(value(i))
			}
		}
		if err == nil {
			if err = survives(crash.disk, pairs); err != nil {
				err = fmt.Errorf("after %s: %w", crash.name, err)
			}
		}
	}
	return err
}
