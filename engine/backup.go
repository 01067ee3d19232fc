package engine

import (
	"context"

	"github.com/lightningdb/lightning-torture/engine/backup"
)

// BackupInfo describes one backup.
type BackupInfo = backup.Info

// Backup adds a backup of db, as of the call, to the repository in directory dir on the store's own filesystem. The
// repository is created if it does not exist. A file that the repository already holds, for this store or another, is
// not stored again; files are identified by name, size and SHA-256. A stored file that has gone missing or has the
// wrong size is written again, which also repairs the earlier backups that share it. Backup does not check the content
// of stored files; VerifyBackups does. Tables and blob files are verified before they are stored. Commits wait for one
// sync, no longer.
//
// A poisoned store is refused: close it, open it again with Options.ReadOnly and back that up.
//
// When Backup returns nil, the backup is durable. After an error, or a crash at any point, the earlier backups are
// unchanged and no new one is listed. The error is ErrLocked, ErrNotARepository, ErrVersion, ErrPoisoned, ErrClosed,
// ErrCorrupt or one from the filesystem.
func Backup(db *DB, dir string) (BackupInfo, error) {
	return BackupContext(context.Background(), db, dir)
}

// BackupContext is Backup with a context; see "Contexts" in the package documentation. If ctx is done before the backup
// is listed, the files stored so far are removed from the repository. Once it is listed, BackupContext finishes and
// returns nil.
func BackupContext(ctx context.Context, db *DB, dir string) (BackupInfo, error) {
	return backup.Add(ctx, db.opts.FS, dir, db.newImage)
}

// Restore recreates the store held by a backup in dir, which must be empty or missing; id 0 means the newest backup. It
// reads the whole backup and verifies every checksum; damage is ErrCorrupt, and the error names the file. When Restore
// returns nil, the new store is durable. After an error or a crash, Open refuses dir or finds it empty. Of the options,
// only FS is used.
//
// The error is ErrNoBackup, ErrTargetNotEmpty, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt or one from the
// filesystem.
func Restore(repository string, id uint64, dir string, o Options) (BackupInfo, error) {
	return RestoreContext(context.Background(), repository, id, dir, o)
}

// RestoreContext is Restore with a context; see "Contexts" in the package documentation. If it is interrupted, dir is
// left empty and can be restored to again.
func RestoreContext(ctx context.Context, repository string, id uint64, dir string, o Options) (BackupInfo, error) {
	return backup.Restore(ctx, o.fs(), repository, id, dir)
}

// Backups lists the backups of a repository, oldest first. A backup list that cannot be read is reported as ErrCorrupt,
// with the name of the file, and the remaining backups are still returned. The error may also be ErrNotARepository,
// ErrVersion or one from the filesystem.
func Backups(repository string, o Options) ([]BackupInfo, error) {
	return backup.List(o.fs(), repository)
}

// DeleteBackup removes a backup and the files that no other backup needs. The backup is durably removed from the
// repository's list before any of its files are deleted.
//
// If another backup's list is damaged, DeleteBackup deletes nothing, because that list may need any of the files. A
// backup whose own list is damaged can be deleted; its files stay for as long as another list is damaged.
//
// The error is ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt (which names the damaged list) or one
// from the filesystem. If the backup is gone but some of its files are left, the error says so; the next Backup removes
// them.
func DeleteBackup(repository string, id uint64, o Options) error {
	return backup.Delete(o.fs(), repository, id)
}

// PruneBackups deletes all but the newest keep backups and returns the ids of those it deleted, even when it also
// returns an error. If any list is damaged, nothing is deleted.
//
// The error is ErrOptions if keep is less than 1, ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion, ErrCorrupt
// (which names the damaged list) or one from the filesystem. Files left behind are removed by the next Backup.
func PruneBackups(repository string, keep int, o Options) (deleted []uint64, err error) {
	return backup.Prune(o.fs(), repository, keep)
}

// VerifyBackups reads a repository: every list, and every file named by a list. Each file is read once and its size and
// SHA-256 are compared. Nothing is changed, although a LOCK file may be created. All damage is reported, joined into
// one error; each part is ErrCorrupt and names its file.
//
// The error may also be ErrNoBackup, ErrLocked, ErrNotARepository, ErrVersion or one from the filesystem.
func VerifyBackups(repository string, o Options) error {
	return VerifyBackupsContext(context.Background(), repository, o)
}

// VerifyBackupsContext is VerifyBackups with a context; see "Contexts" in the package documentation. If it is
// interrupted, the error includes the damage found so far.
func VerifyBackupsContext(ctx context.Context, repository string, o Options) error {
	return backup.Verify(ctx, o.fs(), repository)
}
