package provoked

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// brim fills a disk to the last page. The zeros that a store writes beyond the end of a log, for later records, must
// not cost it a commit: it accepts as many commits as a store that writes no zeros, and after a kill all of them are
// there.
func brim() error {
	for room := int64(8 << 10); room < 64<<10; room += 4 << 10 {
		plain, err := fillToBrim(room, -1)
		if err != nil {
			return err
		}
		for _, ahead := range []int64{1, 4 << 10, 16 << 10} {
			n, err := fillToBrim(room, ahead)
			if err == nil && n < plain {
				err = wrong("on a disk with room for %d bytes, a store that writes up to %d bytes ahead accepts %d commits, but %d if it does not", room, ahead, n, plain)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// fillToBrim commits until the store refuses, and returns the number of commits.
func fillToBrim(room, ahead int64) (n int, err error) {
	disk, pairs := newDisk(), map[string]string{}
	o := options(disk, true)
	o.MemtableBytes, o.LogAheadBytes, o.Limits.LogAheadFrom = 1<<20, ahead, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return 0, err
	}
	err = db.Put(key(0), nil, engine.Sync)
	pairs[string(key(0))] = ""
	space, failed := disk.Space()
	disk.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpAny, Glob: "*", Bytes: uint64(space.UsedBytes + room)})
	err = errors.Join(err, failed)
	for n = 1; err == nil; n++ {
		v := string(make([]byte, 500))
		if db.Put(key(n), []byte(v), engine.Sync) != nil {
			break
		}
		pairs[string(key(n))] = v
	}
	cut := cutSurvived(disk, faultfs.LoseAll(), pairs)
	disk.SetRules()
	_ = db.Close() // the store is poisoned: the log had no room
	if err == nil {
		err = cut.Check()
	}
	return n, errors.Join(err, allClosed(disk))
}
