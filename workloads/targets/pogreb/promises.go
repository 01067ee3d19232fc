package pogreb

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of pogreb promises. Where it is silent, nothing is promised.
//
//   - SyncSurvivesPowerCut: "Sync commits the contents of the database to the backing FileSystem." (DB.Sync) "In the event of
//     a crash caused by a power loss or an operating system failure, Pogreb discards the index and replays the WAL building a
//     new index from scratch." (docs/design.md)
//   - NoSyncSurvivesKill: not promised in words, but each write is written to the file before Put returns, and "the
//     database is automatically recovered". (CHANGELOG, 0.9.0)
//   - LossIsSuffix: "Segments are iterated from the oldest to the newest and items are inserted into the index." (the same)
//   - Not AtomicBatch: there are no batches.
//   - Linearizable: "All DB methods are safe for concurrent use by multiple goroutines." (DB)
//   - Unpromised, damage: the documentation speaks of crashes only, and only recovery checks a record's checksum.
//   - Unpromised, a disk that lies: the documentation does not mention it.
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, Linearizable: true,
		Unpromised: []string{"bitrot", "stale-block", "misplaced-block", "truncated-file", "lost-fsync", "forgetful-disk"},
	}
}
