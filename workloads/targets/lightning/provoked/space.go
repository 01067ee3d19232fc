package provoked

import (
	"bytes"
	"errors"
	"strings"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// Dials of the space that a store takes.
const (
	spaceKeys   = 20
	spaceRounds = 60
	spaceTimes  = 2        // the size of what is live
	spaceBeside = 12 << 10 // bytes, for logs and what ends tables
)

// Bounded overwrites a few keys again and again, with short values and with such as belong in blob files, and asks for nothing but
// flushes: what the store takes up stays within bounds of what it shows. When all is deleted and compacted, next to nothing is left.
func Bounded() error {
	for _, length := range []int{50, 300, 700} {
		if err := bounded(length); err != nil {
			return err
		}
	}
	return nil
}

func bounded(length int) error {
	disk := faultfs.New(faultfs.Options{})
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	live, most := int64(spaceKeys*length), int64(0)
	for round := range spaceRounds {
		for i := range spaceKeys {
			err = errors.Join(err, db.Put(key(i), bytes.Repeat([]byte{byte(round)}, length), engine.NoSync))
		}
		err = errors.Join(err, db.Put(key(spaceKeys+round), make([]byte, length), engine.NoSync), db.Flush()) // it stays beside what does not
		live += int64(length)
		most = max(most, spaceOf(disk)-spaceTimes*live)
	}
	if err == nil && most > spaceBeside {
		err = wrong("%d keys with values of %d bytes are overwritten again and again, and beside %d times what is live the store takes %d bytes", spaceKeys, length, spaceTimes, most)
	}
	err = errors.Join(err, db.DeleteRange(key(0), key(spaceKeys+spaceRounds), engine.NoSync), db.Compact())
	if left := spaceOf(disk); err == nil && left > spaceBeside {
		err = wrong("all keys with values of %d bytes are deleted and compacted, and %d bytes are left", length, left)
	}
	return errors.Join(err, db.Close())
}

// spaceOf returns the size of all files of the store but manifests, which are replaced only when they have grown long.
func spaceOf(disk *faultfs.FS) (sum int64) {
	infos, _ := afero.ReadDir(disk, storeDir) // it is there
	for _, i := range infos {
		if !strings.HasPrefix(i.Name(), "MANIFEST-") {
			sum += i.Size()
		}
	}
	return sum
}
