package provoked

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// Nested makes a store, and every kind of copy of it, in nested directories that do not exist yet. After a power cut
// that takes away everything that is not durable, all of them must be there.
func Nested() error {
	const within = "some/where/far/down/"
	disk, pairs := faultfs.New(faultfs.Options{}), map[string]string{"k": "v"}
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
	cut := after(disk, faultfs.LoseAll())
	err = db.Close()
	for _, dir := range []string{storeDir, "copies/" + copyDir, "restored/" + copyDir} {
		if failed := holds(cut, within+dir, pairs); failed != nil {
			err = errors.Join(err, fmt.Errorf("%w: after a power cut, %s: %w", ErrWrong, within+dir, failed))
		}
	}
	if failed := engine.VerifyBackups(within+"repositories/"+repoDir, options(cut, true)); failed != nil {
		err = errors.Join(err, fmt.Errorf("%w: after a power cut, the backups: %w", ErrWrong, failed))
	}
	return errors.Join(err, allClosed(disk))
}
