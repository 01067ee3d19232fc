package engine

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
)

// Backup adds a backup of db, as it is at the call, to the repository in directory dir, which it makes if need be, on
// the filesystem of the store. A file that some backup has already, of this store or another, is not stored again: it
// is known by its name, size and SHA-256. If it is missing there, or its size is wrong, it is stored again, which mends
// the earlier backups, too; that its content has rotted is for VerifyBackups to find. Tables and blob files are
// verified before they are stored. Commits wait for one sync, no longer.
//
// A poisoned store is refused. Its directory, closed and opened again with Options.ReadOnly, can be backed up.
//
// When it returns nil, the backup is durable. After an error or a crash at any point the earlier backups are what they
// were, and nothing new is listed. The error is ErrLocked, ErrNotARepository, ErrVersion, ErrPoisoned, ErrClosed,
// ErrCorrupt or one of the filesystem.
func Backup(db *DB, dir string) (info BackupInfo, err error) {
	r, err := openRepository(db.opts.FS, dir, true)
	if err != nil {
		return info, fmt.Errorf("engine: backup to %s: %w", dir, err)
	}
	info, err = r.add(db)
	if err = errors.Join(err, r.close()); err != nil {
		return BackupInfo{}, fmt.Errorf("engine: backup to %s: %w", dir, err)
	}
	return info, nil
}

// Restore makes the store in dir, which must be empty or missing, that the backup holds; id 0 is the newest. It reads
// all of it and checks every checksum: damage is ErrCorrupt and names the file. When it returns nil the store is
// durable; after an error or a crash Open refuses dir, or finds it empty. Only Options.FS is looked at.
//
// The error is ErrNoBackup, ErrTargetNotEmpty, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt or one of the
// filesystem.
func Restore(repository string, id uint64, dir string, o Options) (info BackupInfo, err error) {
	r, err := openRepository(o.fs(), repository, false)
	if err != nil {
		return info, fmt.Errorf("engine: restore %s: %w", repository, err)
	}
	info, err = r.restore(id, dir)
	if err = errors.Join(err, r.close()); err != nil {
		return BackupInfo{}, fmt.Errorf("engine: restore %s: %w", repository, err)
	}
	return info, nil
}

// Backups lists the backups of a repository, oldest first. A list that cannot be read is ErrCorrupt and names the file;
// the others are returned all the same. The error may be ErrNotARepository, ErrVersion or one of the filesystem, too.
func Backups(repository string, o Options) ([]BackupInfo, error) {
	fsys := o.fs()
	r := &backupRepo{fs: fsys, dir: durable.NewDir(fsys, repository, nil)}
	err := r.load()
	var all []BackupInfo
	for i := range r.backups {
		all = append(all, r.backups[i].info())
	}
	if err != nil {
		err = fmt.Errorf("engine: backups of %s: %w", repository, err)
	}
	return all, err
}

// DeleteBackup removes a backup, and the files that no other one needs. The backup is gone from the list, durably,
// before any file goes.
//
// If a list is damaged, nothing is deleted, because that list may need any file. Only a backup whose own list is
// damaged can be deleted then; the files stay if another list is damaged still.
//
// The error is ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt, which names the list, or one of the
// filesystem. If the backup is gone but some files are left, the error says so; the next Backup removes them.
func DeleteBackup(repository string, id uint64, o Options) error {
	_, err := prune(repository, o, func(r *backupRepo) ([]uint64, error) {
		if slices.Contains(r.damaged, id) {
			return []uint64{id}, nil
		}
		if r.damage != nil {
			return nil, r.isDamaged()
		}
		b, err := r.find(id)
		if err == nil && b.ID != id {
			err = fmt.Errorf("%w: %d", ErrNoBackup, id)
		}
		return []uint64{id}, err
	})
	return err
}

// PruneBackups deletes all backups but the newest ones, of which it keeps so many. It returns the deleted ones, also
// with an error. If a list is damaged, nothing is deleted.
//
// The error is ErrOptions if keep is less than 1, ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt,
// which names the list, or one of the filesystem. Files that it leaves behind are removed by the next Backup.
func PruneBackups(repository string, keep int, o Options) (deleted []uint64, err error) {
	return prune(repository, o, func(r *backupRepo) (old []uint64, err error) {
		if keep < 1 {
			return nil, fmt.Errorf("%w: prune keeps %d backups, want at least 1", ErrOptions, keep)
		}
		if r.damage != nil {
			return nil, r.isDamaged()
		}
		for i := 0; i < len(r.backups)-keep; i++ {
			old = append(old, r.backups[i].ID)
		}
		return old, nil
	})
}

func prune(
	repository string, o Options, choose func(*backupRepo) ([]uint64, error),
) (deleted []uint64, err error) {
	r, err := openRepository(o.fs(), repository, false)
	if err != nil {
		return nil, fmt.Errorf("engine: prune %s: %w", repository, err)
	}
	ids, err := choose(r)
	if err == nil {
		deleted, err = r.remove(ids)
	}
	if err = errors.Join(err, r.close()); err != nil {
		return deleted, fmt.Errorf("engine: prune %s: %w", repository, err)
	}
	return deleted, nil
}

// add makes a backup.
func (r *backupRepo) add(db *DB) (info BackupInfo, err error) {
	if err := r.removeUnused(); err != nil {
		return info, err
	}
	im, err := db.newImage()
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, im.close()) }()
	b := backup{Version: backupVersion, ID: r.nextID()}
	for _, level := range im.view.Version.Levels {
		for _, t := range level {
			if err := r.addKept(&b, db.dir, filename.Table(t.Num), t.Reader.Verify); err != nil {
				return info, err
			}
		}
	}
	for _, f := range im.blobs {
		verify := func() error { return f.Reader.Verify(f.Reader.Size()) }
		if err := r.addKept(&b, db.dir, filename.Blob(f.Num), verify); err != nil {
			return info, err
		}
	}
	err = im.made(func(f madeFile) error { return r.addMade(&b, f) })
	if err == nil {
		err = r.addMade(&b, im.marker())
	}
	if err == nil {
		err = r.publish(&b)
	}
	return b.info(), err
}

// addKept adds a file of the store as it is. Which file it is takes reading it; what is new is verified first, so that
// damage is not carried into the repository for good.
func (r *backupRepo) addKept(b *backup, from *durable.Dir, name string, verify func() error) error {
	return r.addFile(b, name, verify, func() (io.ReadCloser, error) { return from.Open(name) })
}

func (r *backupRepo) restore(id uint64, path string) (info BackupInfo, err error) {
	b, err := r.find(id)
	if err != nil {
		return info, err
	}
	target, err := emptyTarget(r.fs, path)
	if err != nil {
		return info, err
	}
	marker := b.Files[len(b.Files)-1]
	for _, f := range b.Files[:len(b.Files)-1] {
		if err := r.copyOut(f, target); err != nil {
			return info, err
		}
	}
	if err := target.Sync(); err != nil {
		return info, err
	}
	if err := r.copyOut(marker, target); err != nil {
		return info, err
	}
	return b.info(), target.Sync()
}

// copyOut copies a file of the repository and compares it with what the backup says.
func (r *backupRepo) copyOut(f backupFile, target *durable.Dir) error {
	stored, err := r.files.Open(f.stored())
	if err != nil {
		return corrupt.Missing(filepath.Join(r.files.Path(), f.stored()), err)
	}
	checked := newChecked(stored, filepath.Join(r.files.Path(), f.stored()), f)
	_, err = target.CopyIn(f.Name, checked)
	return errors.Join(err, stored.Close())
}
