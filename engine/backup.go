package engine

import (
	"context"

	"github.com/lightningdb/lightning-torture/engine/backup"
)

// BackupInfo describes one backup.
type BackupInfo = backup.Info

// Backup adds a backup of db, as it is at the call, to the repository in directory dir, which it makes if need be, on
// the filesystem of the store. A file that some backup has already, of this store or another, is not stored again: it
// is known by its name, size and SHA-256. If it is missing there, or its size is wrong, it is stored again, which also
// repairs the earlier backups. Rotten content is for VerifyBackups to find. Tables and blob files are verified before
// they are stored. Commits wait for one sync, no longer.
//
// A poisoned store is refused. Its directory, closed and opened again with Options.ReadOnly, can be backed up.
//
// When it returns nil, the backup is durable. After an error or a crash at any point the earlier backups are unchanged,
// and nothing new is listed. The error is ErrLocked, ErrNotARepository, ErrVersion, ErrPoisoned, ErrClosed, ErrCorrupt
// or one of the filesystem.
func Backup(db *DB, dir string) (BackupInfo, error) {
	return BackupContext(context.Background(), db, dir)
}

// BackupContext is Backup, which ends when ctx is done: see Contexts in the documentation of the package. What it has stored
// by then is removed from the repository, unless it has come so far that the backup is listed: then there is no error.
func BackupContext(ctx context.Context, db *DB, dir string) (BackupInfo, error) {
	return backup.Add(ctx, db.opts.FS, dir, db.newImage)
}

// Restore makes the store that a backup holds in dir, which must be empty or missing; id 0 is the newest backup. It
// reads all of it and checks every checksum: damage is ErrCorrupt and names the file. When it returns nil the store is
// durable; after an error or a crash Open refuses dir, or finds it empty. It uses only Options.FS.
//
// The error is ErrNoBackup, ErrTargetNotEmpty, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt or one of the
// filesystem.
func Restore(repository string, id uint64, dir string, o Options) (BackupInfo, error) {
	return RestoreContext(context.Background(), repository, id, dir, o)
}

// RestoreContext is Restore, which ends when ctx is done: see Contexts in the documentation of the package. Then dir is
// empty, and can be restored to again.
func RestoreContext(ctx context.Context, repository string, id uint64, dir string, o Options) (BackupInfo, error) {
	return backup.Restore(ctx, o.fs(), repository, id, dir)
}

// Backups lists the backups of a repository, oldest first. A list that cannot be read is ErrCorrupt and names the file;
// the others are still returned. The error may also be ErrNotARepository, ErrVersion or one of the filesystem.
func Backups(repository string, o Options) ([]BackupInfo, error) {
	return backup.List(o.fs(), repository)
}

// DeleteBackup removes a backup, and the files that no other one needs. The backup is gone from the list, durably,
// before any file goes.
//
// If a list is damaged, nothing is deleted, because that list may need any file. Only a backup whose own list is
// damaged can be deleted then; the files stay if another list is still damaged.
//
// The error is ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt, which names the list, or one of the
// filesystem. If the backup is gone but some files are left, the error says so; the next Backup removes them.
func DeleteBackup(repository string, id uint64, o Options) error {
	return backup.Delete(o.fs(), repository, id)
}

// PruneBackups deletes all backups but the newest keep of them. It returns the deleted ones, even with an error. If a
// list is damaged, nothing is deleted.
//
// The error is ErrOptions if keep is less than 1, ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt,
// which names the list, or one of the filesystem. Files that it leaves behind are removed by the next Backup.
func PruneBackups(repository string, keep int, o Options) (deleted []uint64, err error) {
	return backup.Prune(o.fs(), repository, keep)
}

// VerifyBackups reads a repository: every list, and every file that a list names. It reads each file once, and compares
// its size and SHA-256. It changes nothing, though a file LOCK may be made. All damage is reported, joined: each is
// ErrCorrupt and names the file.
//
// The error may also be ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion or one of the filesystem.
func VerifyBackups(repository string, o Options) error {
	return VerifyBackupsContext(context.Background(), repository, o)
}

// VerifyBackupsContext is VerifyBackups, which ends when ctx is done: see Contexts in the documentation of the package. The
// damage found by then is in the error.
func VerifyBackupsContext(ctx context.Context, repository string, o Options) error {
	return backup.Verify(ctx, o.fs(), repository)
}
