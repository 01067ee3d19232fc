package provoked

import (
	"bytes"
	"errors"
	"path"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// unlisted damages the list of a backup and then uses the repository: it backs the store up again, and deletes and prunes
// backups. Each of these may be refused. Once the list is readable again, its backup must be restored as it was, whenever
// the power is cut.
func unlisted() error {
	disk, pairs, err := filled(20)
	if err == nil {
		err = backedUp(disk)
	}
	if err != nil {
		return err
	}
	list := path.Join(repoDir, "backup-000001.json")
	content, err := afero.ReadFile(disk, list)
	if err != nil {
		return err
	}
	damaged := bytes.Clone(content)
	damaged[len(damaged)/2] ^= 1
	if err := afero.WriteFile(disk, list, damaged, 0o644); err != nil {
		return err
	}
	disk = copyOf(disk, faultfs.ImageOptions{Callers: true})
	err = with(disk, storeDir, func(db *engine.DB) error {
		err := db.Put(key(1), value(2), engine.Sync)
		_, _ = engine.Backup(db, repoDir)
		return err
	})
	o := options(disk, true)
	_ = engine.DeleteBackup(repoDir, 2, o)
	_, _ = engine.PruneBackups(repoDir, 1, o)
	cut := torture.PowerCut{
		Disk: disk, Model: faultfs.Model{Profile: faultfs.LoseNone()}, Tick: disk.Now(),
		Holds: func(left *faultfs.FS, _ uint64) error {
			err := afero.WriteFile(left, list, content, 0o644)
			if err == nil {
				_, err = engine.Restore(repoDir, 1, copyDir, options(left, true))
			}
			if err == nil {
				err = holds(left, copyDir, pairs)
			}
			if err != nil {
				return wrong("the list of a backup could not be read for a while; since then, the backup is not what it was: %w", err)
			}
			return nil
		},
	}
	return errors.Join(err, cut.Check(), allClosed(disk))
}
