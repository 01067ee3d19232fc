package goleveldb

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of goleveldb promises, together with that of LevelDB, whose format and
// interface it shares. Where they are silent, nothing is promised.
//
//   - SyncSurvivesPowerCut: "Sync is whether to sync underlying writes from the OS buffer cache through to actual disk, if
//     applicable. [...] Sync being true means write followed by fsync." (opt.WriteOptions.Sync)
//   - NoSyncSurvivesKill: "Note that if it is just the process that crashes (and the machine does not) then no writes will be
//     lost." (the same)
//   - Not LossIsSuffix: "If false, and the machine crashes, then some recent writes may be lost." (the same) It does
//     not say which ones, and when a journal is replaced by the next one, it is not synced.
//   - AtomicBatch: "Multiple changes can be made in one atomic batch." (LevelDB, README)
//   - Linearizable: "The returned DB instance is safe for concurrent use." (leveldb.Open) "The DB methods [...] can be called
//     concurrently" is all that LevelDB adds. A write is applied before it returns, and a read sees every applied write.
//   - RefusesSecondOpen: "This also acquire a file lock, so any subsequent attempt to open the same path will fail."
//     (storage.OpenFile, which package storage replaces)
//   - StopsOnError: the documentation does not say how a DB continues after a disk error, except that it keeps retrying a
//     failed compaction. Where it would wait forever, the target ends the process; see store.Flush.
//   - ReportsCorruption: "Open will return an error with type of ErrCorrupted if corruption detected in the DB." (leveldb.Open)
//   - Unpromised, a disk that lies: Sync promises no more than fsync. (the same)
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, AtomicBatch: true, Linearizable: true, RefusesSecondOpen: true,
		StopsOnError: true, ReportsCorruption: true, Unpromised: []string{"lost-fsync", "forgetful-disk"},
	}
}
