package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// repairedKeys is the number of keys of the store that repaired damages.
const repairedKeys = 5

// large returns the i-th large value, which is like no other.
func large(i int) []byte { return bytes.Repeat([]byte{'A' + byte(i)}, largeBytes+i) }

// repaired damages each large value of a store in turn and repairs the store. The values that are intact must be there. A
// key whose value has rotted must be absent, and the report must name it. Some keys were written twice in one commit; not
// even the first of these two values may come back.
func repaired() error {
	for _, flushed := range []bool{false, true} {
		for rotten := range 2 * repairedKeys {
			if err := repairOf(flushed, rotten); err != nil {
				return fmt.Errorf("large value %d has rotted (in a table: %t): %w", rotten, flushed, err)
			}
		}
	}
	return nil
}

func repairOf(flushed bool, rotten int) error {
	disk, pairs := faultfs.New(faultfs.Options{}), map[string]string{}
	o := options(disk, true)
	o.MemtableBytes, o.BlobFileBytes = 1<<20, 1<<20 // one log, one blob file
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for i := range repairedKeys {
		var b engine.Batch
		k := key(repairedKeys - i) // so that the last value belongs to the first key
		b.Put(k, large(2*i))
		b.Put(k, large(2*i+1))
		pairs[string(k)] = string(large(2*i + 1))
		err = errors.Join(err, db.Apply(&b, engine.Sync))
	}
	if flushed {
		err = errors.Join(err, db.Flush())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, name := range names(disk, storeDir) {
		err = errors.Join(err, rot(disk, storeDir+"/"+name, large(rotten)))
	}
	for _, name := range names(disk, storeDir) { // the manifest, so that there is something to repair in any case
		if bytes.HasPrefix([]byte(name), []byte("marker.")) {
			err = errors.Join(err, afero.WriteFile(disk, storeDir+"/"+name, nil, 0o644))
		}
	}
	if err != nil {
		return err
	}
	report, err := engine.Repair(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	if lost := string(key(repairedKeys - rotten/2)); rotten%2 == 1 {
		delete(pairs, lost)
		if !slices.ContainsFunc(report.Lost, func(l engine.Loss) bool { return string(l.Key) == lost }) {
			return wrong("the report does not name %s", lost)
		}
	}
	return holds(disk, storeDir, pairs)
}

// A block of a log ends in padding where the header of the next record would not fit.
const (
	logBlockBytes = 32 << 10
	logSlackBytes = 160 // more than a block with two commits needs beside the values
)

// salvaged lets the first commit of a log rot and repairs the store. In turn, the second commit ends at each of the last
// positions of a block. Wherever it ends, all commits but the first must be there.
func salvaged() error {
	for left := range logSlackBytes {
		if err := salvagedBehind(logBlockBytes - largeBytes - left); err != nil {
			return fmt.Errorf("a log rots, and the two values in a block of it are shorter than that by %d bytes: %w", left, err)
		}
	}
	return nil
}

func salvagedBehind(valueBytes int) error {
	disk := faultfs.New(faultfs.Options{})
	o := options(disk, true)
	o.MemtableBytes, o.BlobValueBytes, o.LargeValueBytes = 1<<20, -1, 1<<20 // everything is in the log
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	rotten := large(0)
	pairs := map[string]string{string(key(1)): string(bytes.Repeat([]byte{'v'}, valueBytes)), string(key(2)): "after the block"}
	err = db.Put(key(0), rotten, engine.Sync)
	for i := 1; i <= len(pairs); i++ {
		err = errors.Join(err, db.Put(key(i), []byte(pairs[string(key(i))]), engine.Sync))
	}
	killed := atRest(disk)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, name := range names(killed, storeDir) {
		err = errors.Join(err, rot(killed, storeDir+"/"+name, rotten))
	}
	if err != nil {
		return err
	}
	if _, err := engine.Repair(storeDir, options(killed, true)); err != nil {
		return err
	}
	return holds(killed, storeDir, pairs)
}
