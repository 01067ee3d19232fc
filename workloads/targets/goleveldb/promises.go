package goleveldb

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of goleveldb promises, and that of LevelDB, whose format and interface it has.
// Where they say nothing, nothing is promised.
//
//   - SyncSurvivesPowerCut: "Sync is whether to sync underlying writes from the OS buffer cache through to actual disk, if
//     applicable. [...] Sync being true means write followed by fsync." (opt.WriteOptions.Sync)
//   - NoSyncSurvivesKill: "Note that if it is just the process that crashes (and the machine does not) then no writes will be
//     lost." (the same)
//   - Not LossIsSuffix: "If false, and the machine crashes, then some recent writes may be lost." (the same) Which ones, it
//     does not say, and a journal that is left for another one is not synced.
//   - AtomicBatch: "Multiple changes can be made in one atomic batch." (LevelDB, README)
//   - Linearizable: "The returned DB instance is safe for concurrent use." (leveldb.Open) "The DB methods [...] can be called
//     concurrently" is all that LevelDB adds; a write is applied before it returns, and a read sees all that were.
//   - RefusesSecondOpen: "This also acquire a file lock, so any subsequent attempt to open the same path will fail."
//     (storage.OpenFile, which package storage stands for)
//   - StopsOnError: nothing is said of how a DB goes on after an error of the disk, but that what fails in a compaction is tried
//     again and again. Where it would wait for ever, the target ends the process; see store.Flush.
//   - ReportsCorruption: "Open will return an error with type of ErrCorrupted if corruption detected in the DB." (leveldb.Open)
//   - Unpromised, a disk that lies: what Sync promises is fsync. (the same)
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, AtomicBatch: true, Linearizable: true, RefusesSecondOpen: true,
		StopsOnError: true, ReportsCorruption: true, Unpromised: []string{"lost-fsync", "forgetful-disk"},
	}
}
