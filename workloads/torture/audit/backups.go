package audit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// repositoriesEach: one in this many audits with copies also uses the repositories of backups.
const repositoriesEach = 4

// repositories uses every repository of backups in an image: acknowledged backups are listed, all of them verify, another
// backup can be added, and one can be deleted without harm to the others.
func (a *Auditor) repositories(im *Image, disk *faultfs.FS) *checker.Violation {
	if a.target.Administration.ListBackups == nil || a.target.Administration.Restore == nil {
		return nil
	}
	acked := map[string][]*copied{}
	var names []string
	for i := range a.copies {
		c := &a.copies[i]
		if !c.restore || c.holds == nil || c.op.Return > im.Cut.Acked {
			continue
		}
		if acked[c.op.Dir] == nil {
			names = append(names, c.op.Dir)
		}
		acked[c.op.Dir] = append(acked[c.op.Dir], c)
	}
	for _, name := range names {
		if v := a.repository(disk, name, acked[name]); v != nil {
			v.Ops = []int{acked[name][0].op.ID}
			return v
		}
	}
	return nil
}

func (a *Auditor) repository(disk *faultfs.FS, name string, backups []*copied) *checker.Violation {
	b, env := &a.target.Administration, a.env(disk, record.StoreDir)
	listed, err := b.ListBackups(env, name)
	if err != nil {
		return violation("backup lost", "the backups of %s cannot be listed after the crash: %v", name, err)
	}
	for _, c := range backups {
		if !slices.Contains(listed, c.op.Backup) {
			return violation("backup lost", "backup %d of %s was acknowledged before the crash, but is not listed after it", c.op.Backup, name)
		}
	}
	if err := b.VerifyBackups(env, name); err != nil {
		return violation("healthy, but does not verify", "the backups of %s are intact after the crash, but verifying them fails: %v", name, err)
	}
	if err := a.absent(env, name, listed); err != nil {
		return violation("backup fails", "after the crash a backup of %s that does not exist %v", name, err)
	}
	number, err := a.backUp(disk, name)
	switch {
	case err != nil:
		return violation("backup fails", "after the crash no backup can be added to %s: %v", name, err)
	case number == 0: // the store does not open, or makes no backups; that is judged elsewhere
		return nil
	case slices.Contains(listed, number):
		return violation("backup fails", "after the crash a new backup of %s gets the number %d, which an earlier one has", name, number)
	}
	if err := b.DeleteBackup(env, name, backups[0].op.Backup); err != nil {
		return violation("backup fails", "after the crash backup %d of %s cannot be deleted: %v", backups[0].op.Backup, name, err)
	}
	want := slices.DeleteFunc(append(listed, number), func(n uint64) bool { return n == backups[0].op.Backup })
	listed, err = b.ListBackups(env, name)
	if err == nil {
		err = b.VerifyBackups(env, name)
	}
	if err != nil || !slices.Equal(listed, want) {
		return violation("backup fails", "after the crash a backup was added to %s and backup %d was deleted; now it lists %v, want %v (error: %v)",
			name, backups[0].op.Backup, listed, want, err)
	}
	return a.restorable(disk, name, backups[1:])
}

// absent asks a repository for a backup that it does not have.
func (a *Auditor) absent(env contract.Env, name string, listed []uint64) error {
	number := slices.Max(append(listed, 0)) + 7
	if a.target.Administration.DeleteBackup(env, name, number) == nil {
		return errDeleted
	}
	env.Dir = fmt.Sprintf("audit-of-none-%d", number)
	if a.target.Administration.Restore(env, name, number) == nil {
		return errRestored
	}
	return nil
}

var (
	errDeleted  = errors.New("can be deleted")
	errRestored = errors.New("can be restored")
)

// backUp opens the store and makes a backup of it.
func (a *Auditor) backUp(disk *faultfs.FS, repository string) (number uint64, err error) {
	store, err := a.target.OpenStore(a.env(disk, record.StoreDir))
	if err != nil {
		return 0, nil //nolint:nilerr // the search judges that
	}
	if b, ok := workloads.Offers[workloads.Backuper](store); ok {
		number, err = b.Backup(repository)
	}
	if closed := store.Close(); err == nil {
		err = closed
	}
	return number, err
}

// restorable restores the backups that are left.
func (a *Auditor) restorable(disk *faultfs.FS, name string, backups []*copied) *checker.Violation {
	for _, c := range backups {
		env := a.env(disk, fmt.Sprintf("audit-again-of-%d", c.op.ID))
		err := a.target.Administration.Restore(env, name, c.op.Backup)
		if err != nil {
			return violation("backup lost", "another backup of %s was deleted after the crash; now backup %d cannot be restored: %v", name, c.op.Backup, err)
		}
		state, err := read(a.target.Administration.OpenReadOnly, env)
		if err != nil {
			return violation("copy lost", "another backup of %s was deleted after the crash; backup %d was restored, but cannot be read: %v",
				name, c.op.Backup, err)
		}
		if d := difference(c.holds, state); d != "" {
			return violation("copy differs", "another backup of %s was deleted after the crash; backup %d no longer has the contents that it was made with: %s",
				name, c.op.Backup, d)
		}
	}
	return nil
}
