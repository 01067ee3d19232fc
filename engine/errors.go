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

// Errors of the package. Test for them with errors.Is.
var (
	// ErrNotFound is returned for a key that has no value.
	ErrNotFound = errors.New("engine: key not found")
	// ErrClosed is returned by any call on a closed store.
	ErrClosed = errors.New("engine: closed")
	// ErrConflict is returned by Commit when the isolation level rejects the transaction. Nothing was written; run the
	// transaction again.
	ErrConflict = errors.New("engine: transaction conflict")
	// ErrPoisoned is returned by every write after a failed one, before any of it is written; the error wraps the first
	// failure. Reads go on. Only reopening the store shows what the disk really holds.
	ErrPoisoned = durable.ErrPoisoned
	// ErrNoRoom is returned by a write, Flush or Compact that needed a new file for which the disk had no room. Nothing
	// of the write is in the store. The error wraps the filesystem's own. Once there is room, the same call succeeds;
	// the store need not be reopened.
	ErrNoRoom = errors.New("engine: no room on the disk")
	// ErrCorrupt is wrapped by every report of a damaged file.
	ErrCorrupt = corrupt.Err
	// ErrLocked is returned by Open for a store that is already open, in this process or another.
	ErrLocked = lock.ErrLocked
	// ErrTxnDone is returned by a transaction, or one of its iterators, after it was committed or rolled back.
	ErrTxnDone = errors.New("engine: transaction is over")
	// ErrReadOnly is returned by a write in a read-only transaction, or to a store opened with Options.ReadOnly.
	ErrReadOnly = sentinel.ErrReadOnly
	// ErrNotADatabase is returned by Open for a directory that holds files but no store. Nothing was changed.
	ErrNotADatabase = sentinel.ErrNotADatabase
	// ErrMissing is returned by Open with Options.ErrorIfMissing if there is no store.
	ErrMissing = errors.New("engine: no database")
	// ErrVersion is returned for a store or backup written by a newer version of the engine. It is not corruption, and
	// nothing was changed.
	ErrVersion = manifest.ErrVersion
	// ErrTargetNotEmpty is returned by Checkpoint and Restore if the target directory is not empty.
	ErrTargetNotEmpty = image.ErrTargetNotEmpty
	// ErrNotARepository is returned for a directory that holds something other than backups. Nothing was changed.
	ErrNotARepository = backup.ErrNotARepository
	// ErrNoBackup is returned for a backup that is not in the repository.
	ErrNoBackup = backup.ErrNoBackup
	// ErrTooLarge is returned for a key over KeyBytesMax, a value over ValueBytesMax or a batch over BatchBytesMax.
	ErrTooLarge = errors.New("engine: too large")
	// ErrOptions is wrapped by the errors of Options.Validate.
	ErrOptions = sentinel.ErrOptions
)

// also is errors.Join, except that a single error is returned as it is.
func also(err, other error) error {
	switch {
	case other == nil:
		return err
	case err == nil:
		return other
	}
	return errors.Join(err, other)
}
