package provoked

import (
	"errors"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// bornCommits is the number of commits. Each is followed by a flush and a compaction.
const bornCommits = 250

// born overwrites one key, drops the previous version at once, and makes snapshots meanwhile. The key exists at every
// moment, so each snapshot must show it. Another goroutine keeps taking the lock that making a snapshot needs, which
// stretches the time between the steps of making one.
func born() error {
	o := options(faultfs.New(faultfs.Options{}), true)
	o.MemtableBytes, o.L0CompactionFiles = 1, 1
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	err = db.Put(key(0), nil, engine.Buffered)
	var done atomic.Bool
	contends := start(func() error {
		for !done.Load() {
			_ = db.Metrics()
		}
		return nil
	})
	looks := start(func() (err error) {
		for !done.Load() && err == nil {
			s := db.NewSnapshot()
			_, err = s.Get(key(0))
			s.Close()
		}
		return err
	})
	for i := 0; i < bornCommits && err == nil && len(looks) == 0; i++ {
		err = db.Put(key(0), nil, engine.Buffered)
	}
	done.Store(true)
	if failed := errors.Join(<-looks, <-contends); failed != nil {
		err = errors.Join(err, wrong("a snapshot does not show a key that exists at every moment: %w", failed))
	}
	return errors.Join(err, db.Close())
}
