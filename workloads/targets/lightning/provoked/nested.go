package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// nested makes a store, and every kind of copy of it, in nested directories that do not exist yet. After a power cut
// that takes away everything that is not durable, all of them must be there.
func nested() error {
	const within = "some/where/far/down/"
	disk, pairs := newDisk(), map[string]string{"k": "v"}
	db, err := engine.Open(within+storeDir, options(disk, true))
	if err != nil {
		return err
	}
	err = db.Put([]byte("k"), []byte("v"), engine.Sync)
	err = errors.Join(err, db.Checkpoint(within+"copies/"+copyDir))
	_, backed := engine.Backup(db, within+"repositories/"+repoDir)
	_, restored := engine.Restore(within+"repositories/"+repoDir, 0, within+"restored/"+copyDir, options(disk, true))
	if err = errors.Join(err, backed, restored); err != nil {
		return errors.Join(err, db.Close())
	}
	cut := cutNow(disk, faultfs.LoseAll(), func(left *faultfs.FS) (err error) {
		for _, dir := range []string{storeDir, "copies/" + copyDir, "restored/" + copyDir} {
			if failed := holds(left, within+dir, pairs); failed != nil {
				err = errors.Join(err, fmt.Errorf("%w: after a power cut, %s: %w", ErrWrong, within+dir, failed))
			}
		}
		if failed := engine.VerifyBackups(within+"repositories/"+repoDir, options(left, true)); failed != nil {
			err = errors.Join(err, fmt.Errorf("%w: after a power cut, the backups: %w", ErrWrong, failed))
		}
		return err
	})
	return errors.Join(db.Close(), cut.Check(), allClosed(disk), afterFailures())
}

// afterFailures makes a store in nested directories once more after each sync has failed in turn. What the failed
// attempt left must not count as durable.
func afterFailures() error {
	const within = "some/where/" + storeDir
	for n := uint64(1); ; n++ {
		disk, pairs := newDisk(), map[string]string{"k": "v"}
		disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync, Nth: n})
		db, failed := engine.Open(within, options(disk, true))
		if failed == nil {
			return db.Close() // it makes fewer syncs
		}
		disk.SetRules()
		db, err := engine.Open(within, options(disk, true))
		if err != nil {
			return wrong("Open fails at its sync %d, and again when nothing fails: %w", n, err)
		}
		err = db.Put([]byte("k"), []byte("v"), engine.Sync)
		cut := cutNow(disk, faultfs.LoseAll(), func(left *faultfs.FS) error { return holds(left, within, pairs) })
		if err = errors.Join(err, db.Close()); err == nil {
			err = cut.Check()
		}
		if err != nil {
			return wrong("Open fails at its sync %d and then succeeds; after a synced commit and a power cut: %w", n, err)
		}
	}
}
