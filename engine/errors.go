package engine

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine/backup"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/image"
	"github.com/lightningdb/lightning-torture/engine/internal/lock"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/sentinel"
)

// Errors of the package, to be recognized by errors.Is.
var (
	// ErrNotFound is returned for a key that has no value.
	ErrNotFound = errors.New("engine: key not found")
	// ErrClosed is returned by everything that is called on a closed store.
	ErrClosed = errors.New("engine: closed")
	// ErrConflict is returned by Commit when the isolation level forbids it. Nothing was written.
	ErrConflict = errors.New("engine: transaction conflict")
	// ErrPoisoned is returned by every write that comes after a failed one, before a byte of it goes out; the error wraps
	// the first cause. Reads go on. Only reopening the store shows what the disk really holds.
	ErrPoisoned = durable.ErrPoisoned
	// ErrNoRoom is returned by a write, Flush or Compact that needed a new file for which the disk had no room, before
	// anything was promised that is not there: nothing of the write is in the store. It wraps the filesystem's error. Once
	// there is room, the same call succeeds; the store need not be opened again.
	ErrNoRoom = errors.New("engine: no room on the disk")
	// ErrCorrupt is wrapped by every report of damaged files.
	ErrCorrupt = corrupt.Err
	// ErrLocked is returned by Open for a store that is open already, here or in another process.
	ErrLocked = lock.ErrLocked
	// ErrTxnDone is returned by a transaction, or an iterator of it, that was committed or rolled back.
	ErrTxnDone = errors.New("engine: transaction is over")
	// ErrReadOnly is returned by a write of a read-only transaction, or of a store that was opened with ReadOnly.
	ErrReadOnly = sentinel.ErrReadOnly
	// ErrNotADatabase is returned by Open for a directory that holds files, but no store. Nothing was changed.
	ErrNotADatabase = sentinel.ErrNotADatabase
	// ErrMissing is returned by Open with ErrorIfMissing if there is no store.
	ErrMissing = errors.New("engine: no database")
	// ErrVersion is returned for a store or a backup that a newer engine wrote. It is not corruption, and nothing was
	// changed.
	ErrVersion = manifest.ErrVersion
	// ErrTargetNotEmpty is returned by Checkpoint and Restore for a directory that holds something.
	ErrTargetNotEmpty = image.ErrTargetNotEmpty
	// ErrNotARepository is returned for a directory that holds something other than backups. Nothing was changed.
	ErrNotARepository = backup.ErrNotARepository
	// ErrNoBackup is returned for a backup that is not in the repository.
	ErrNoBackup = backup.ErrNoBackup
	// ErrTooLarge is returned for a key over KeyBytesMax, a value over ValueBytesMax or a batch over BatchBytesMax.
	ErrTooLarge = errors.New("engine: too large")
	// ErrOptions is what Options.Validate returns.
	ErrOptions = sentinel.ErrOptions
)

// also joins errors like errors.Join, but returns a single one as it is.
func also(err, other error) error {
	switch {
	case other == nil:
		return err
	case err == nil:
		return other
	}
	return errors.Join(err, other)
}
