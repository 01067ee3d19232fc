package provoked

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// Parameters of the test of space.
const (
	spaceKeys   = 20
	spaceRounds = 90
	spaceTimes  = 2        // allowed multiple of the live bytes
	spaceBeside = 12 << 10 // bytes allowed in addition, for logs, the manifest and the ends of tables

	spaceManifest = 1 << 10 // bytes at which a manifest is replaced
)

// bounded overwrites a few keys again and again, with short values and with values that belong in blob files, and asks
// for nothing but flushes. The space that the store takes must stay in proportion to its live data. When everything is
// deleted and compacted, almost nothing may be left.
func bounded() error {
	for _, length := range []int{50, 300, 700} {
		if err := boundedAt(length); err != nil {
			return err
		}
	}
	return nil
}

func boundedAt(length int) error {
	disk := faultfs.New(faultfs.Options{})
	o := options(disk, true)
	o.Limits.ManifestBytes, o.Limits.ManifestGrowth = spaceManifest, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	live, most, largest := int64(spaceKeys*length), int64(0), ""
	for round := range spaceRounds {
		for i := range spaceKeys {
			err = errors.Join(err, db.Put(key(i), bytes.Repeat([]byte{byte(round)}, length), engine.NoSync))
		}
		err = errors.Join(err, db.Put(key(spaceKeys+round), make([]byte, length), engine.NoSync), db.Flush()) // stays live among what is overwritten
		live += int64(length)
		if excess := spaceOf(disk) - spaceTimes*live; excess > most {
			most, largest = excess, largestOf(disk)
		}
	}
	if err == nil && most > spaceBeside {
		err = wrong("%d keys with values of %d bytes are overwritten repeatedly: the store takes %d times its live bytes plus %d; its largest file is %s", spaceKeys, length, spaceTimes, most, largest)
	}
	err = errors.Join(err, db.DeleteRange(key(0), key(spaceKeys+spaceRounds), engine.NoSync), db.Compact())
	if left := spaceOf(disk); err == nil && left > spaceBeside {
		err = wrong("all keys with values of %d bytes are deleted and compacted, but %d bytes are left; the largest file is %s", length, left, largestOf(disk))
	}
	return errors.Join(err, db.Close())
}

// largestOf names the largest file of the store, with its size.
func largestOf(disk *faultfs.FS) string {
	infos, _ := afero.ReadDir(disk, storeDir) // the directory exists
	largest := slices.MaxFunc(infos, func(a, b fs.FileInfo) int { return cmp.Compare(a.Size(), b.Size()) })
	return fmt.Sprintf("%s with %d bytes", largest.Name(), largest.Size())
}

// spaceOf returns the size of all files of the store.
func spaceOf(disk *faultfs.FS) (sum int64) {
	infos, _ := afero.ReadDir(disk, storeDir) // the directory exists
	for _, i := range infos {
		sum += i.Size()
	}
	return sum
}

// cached reads many blocks of a store, with caches of several sizes. No cache may ever hold more than its limit, and one that
// has room must hold something.
func cached() error {
	const keys, block = 1000, 256
	for _, limit := range []int64{-1, 1, 16 * block, 64 * block, 4 * keys * block} {
		o := options(faultfs.New(faultfs.Options{}), true)
		o.CacheBytes, o.BlockBytes, o.BlobValueBytes = limit, block, -1
		db, err := engine.Open(storeDir, o)
		if err != nil {
			return err
		}
		for i := range keys {
			err = errors.Join(err, db.Put(key(i), make([]byte, block/2), engine.NoSync))
		}
		err = errors.Join(err, db.Compact())
		most := int64(0)
		for i := range 2 * keys {
			_, failed := db.Get(key(i * 7 % keys))
			err = errors.Join(err, failed)
			most = max(most, db.Metrics().CacheBytes)
		}
		if err == nil && (most > max(limit, 0) || most == 0 && limit > keys*block) {
			err = wrong("a cache of %d bytes holds up to %d", limit, most)
		}
		if err = errors.Join(err, db.Close()); err != nil {
			return err
		}
	}
	return nil
}
