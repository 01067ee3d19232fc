package sqlite

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what SQLite's documentation promises in the two configurations of this package. Where it is silent, nothing
// is promised.
//
//   - SyncSurvivesPowerCut, with a rollback journal: "EXTRA synchronous is like FULL with the addition that the directory
//     containing a rollback journal is synced after that journal is unlinked to commit a transaction in DELETE mode. EXTRA
//     provides additional durability if the commit is followed closely by a power loss." (PRAGMA synchronous)
//   - SyncSurvivesPowerCut, with a write-ahead log: "Writers sync the WAL on every transaction commit if PRAGMA synchronous is
//     set to FULL". (Write-Ahead Logging)
//   - AtomicBatch: "All changes within a single transaction in SQLite either occur completely or not at all, even if the act of
//     writing the change out to the disk is interrupted by a program crash, an operating system crash, or a power failure."
//     (SQLite Is Transactional) Each batch is a transaction.
//   - NoSyncSurvivesKill, LossIsSuffix, CloseSyncs: follow from the above, because every commit is synced.
//   - Linearizable: "SQLite implements serializable transactions". (the same)
//   - Unpromised, damage: a database has no checksums unless an extension adds them.
//   - Unpromised, a disk that lies: "Note that SQLite must believe whatever the operating system and hardware tell it about the
//     status of sync requests." (How To Corrupt An SQLite Database File)
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, CloseSyncs: true,
		Linearizable: true,
		Unpromised:   []string{"bitrot", "stale-block", "misplaced-block", "truncated-file", "lost-fsync", "forgetful-disk"},
	}
}
