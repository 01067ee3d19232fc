package provoked

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
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

// lagging lets a reader hold what it sees while most of it is overwritten and compacted away. As soon as the reader ends, the
// store must do what was not possible before, and come to rest without any other call.
func lagging() error {
	for name, open := range map[string]func(db *engine.DB) (io.Closer, error){
		"an iterator": func(db *engine.DB) (io.Closer, error) { return db.NewIterator(engine.IterOptions{}) },
		"a stream":    func(db *engine.DB) (io.Closer, error) { return db.GetReader(key(0)) },
	} {
		if err := lagged(open); err != nil {
			return fmt.Errorf("%s ends last: %w", name, err)
		}
	}
	return nil
}

func lagged(open func(db *engine.DB) (io.Closer, error)) error {
	const keys = 6
	disk := faultfs.New(faultfs.Options{})
	o := options(disk, false)
	o.MemtableBytes, o.BlobFileBytes = 1<<20, 1<<20 // all values are in one memtable and one blob file
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := range keys {
		err = errors.Join(err, db.Put(key(i), make([]byte, largeBytes), engine.NoSync))
	}
	r, failed := open(db)
	if err = errors.Join(err, failed); err != nil {
		return closing(db, err)
	}
	for i := range keys - 2 { // the others stay live
		err = errors.Join(err, db.Put(key(i), nil, engine.NoSync))
	}
	err = errors.Join(err, db.Compact())
	for range meanwhile { // the store sees that there is nothing to do yet
		runtime.Gosched()
	}
	if err = errors.Join(err, r.Close()); err == nil {
		err = rests(db, o)
	}
	return errors.Join(closing(db, err), allClosed(disk))
}

// scattered commits a few values at a time to keys all over the store, each time followed by a flush, which puts them into a
// blob file of their own. A table below level 0 may refer to only a few blob files as small as these, however far down it is.
func scattered() error {
	const flushes, most = 200, 2
	o := options(faultfs.New(faultfs.Options{}), true)
	o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes, o.Limits.SmallBlobs = 100, 4<<10, 1<<20, most
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	levels := 0
	for i := 0; i < flushes && err == nil; i++ {
		for j := range 3 {
			length := o.BlobValueBytes - min(j, 1) // one of the values is long enough for a blob file
			err = errors.Join(err, db.Put(key((i*3+j)*389%3571), make([]byte, length), engine.NoSync))
		}
		if err = errors.Join(err, db.Flush()); err == nil {
			levels, err = refersToFew(db, uint64(o.LargeValueBytes), most)
		}
	}
	if err == nil && levels < 2 {
		err = wrong("after %d flushes, %d levels below level 0 have tables", flushes, levels)
	}
	return errors.Join(err, db.Close())
}

// refersToFew returns an error if a table below level 0 refers to more than most blob files of less than small bytes. It also
// returns the number of levels below level 0 that have tables.
func refersToFew(db *engine.DB, small uint64, most int) (levels int, err error) {
	tables, err := db.Shape()
	blobs, failed := db.BlobFiles()
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	sizes, below := map[string]uint64{}, map[int]bool{}
	for _, b := range blobs {
		sizes[b.File] = b.Bytes
	}
	for _, t := range tables {
		if t.Level == 0 {
			continue
		}
		below[t.Level] = true
		n := 0
		for _, u := range t.Blobs {
			if sizes[u.File] < small {
				n++
			}
		}
		if n > most {
			return 0, wrong("%s in level %d refers to %d blob files of less than %d bytes, more than %d", t.File, t.Level, n, small, most)
		}
	}
	return len(below), nil
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
