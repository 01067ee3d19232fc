package refusals

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// Repository checks calls on a repository that name a missing backup, and prunings that would leave no backup. Such calls
// must delete nothing.
func Repository() error {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	const repository = "backups"
	err := copiedTo(repository, o, func(db *engine.DB, dir string) (err error) {
		for range 4 {
			_, failed := engine.Backup(db, dir)
			err = errors.Join(err, failed, db.Put([]byte("k"), nil, engine.Sync))
		}
		return errors.Join(err, engine.DeleteBackup(dir, 2, o))
	})
	if err != nil {
		return err
	}
	listed := func() (ids []uint64) {
		all, err := engine.Backups(repository, o)
		for _, b := range all {
			ids = append(ids, b.ID)
		}
		if err != nil {
			return nil
		}
		return ids
	}
	before, wrong := listed(), error(nil)
	for _, id := range []uint64{0, 2, 5, 1 << 62, math.MaxUint64} {
		wrong = errors.Join(wrong, check([]refusal{{fmt.Sprintf("DeleteBackup of %d, where there are %v", id, before), engine.DeleteBackup(repository, id, o), engine.ErrNoBackup}}))
		if id != 0 { // which stands for the newest
			_, err := engine.Restore(repository, id, "restored", o)
			wrong = errors.Join(wrong, check([]refusal{{fmt.Sprintf("Restore of backup %d, where there are %v", id, before), err, engine.ErrNoBackup}}))
		}
	}
	for _, keep := range []int{0, -1, math.MinInt} {
		deleted, err := engine.PruneBackups(repository, keep, o)
		wrong = errors.Join(wrong, check([]refusal{{fmt.Sprintf("PruneBackups that keeps %d", keep), err, engine.ErrOptions}}), differs("deleted backups", len(deleted), 0))
	}
	for _, keep := range []int{len(before), len(before) + 1, math.MaxInt} {
		deleted, err := engine.PruneBackups(repository, keep, o)
		wrong = errors.Join(wrong, err, differs(fmt.Sprintf("backups deleted of %v, to keep %d", before, keep), len(deleted), 0))
	}
	if after := listed(); !slices.Equal(before, []uint64{1, 3, 4}) || !slices.Equal(before, after) {
		wrong = errors.Join(wrong, accepted("there are the backups %v, and after refused calls %v", before, after))
	}
	return errors.Join(wrong, engine.VerifyBackups(repository, o), unfinished(repository, o))
}

// unfinished checks that the next backup removes what an interrupted one left.
func unfinished(repository string, o engine.Options) (wrong error) {
	left := []string{repository + "/pending-000009.json", repository + "/files/000001.sst-1-00", repository + "/files/pending-000001.sst-1-00"}
	for _, name := range left {
		wrong = errors.Join(wrong, afero.WriteFile(o.FS, name, []byte("x"), 0o644))
	}
	db, err := engine.Open("source", o)
	if err != nil {
		return errors.Join(wrong, err)
	}
	_, err = engine.Backup(db, repository)
	wrong = errors.Join(wrong, err, db.Close())
	for _, name := range left {
		if _, err := o.FS.Stat(name); err == nil {
			wrong = errors.Join(wrong, accepted("a backup leaves %s", name))
		}
	}
	return wrong
}
