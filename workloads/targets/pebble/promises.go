package pebble

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of Pebble promises. Where it is silent, nothing is promised, except for
// LossIsSuffix and Linearizable: Pebble writes one log in the order in which commits become visible, and its own
// metamorphic tests demand both.
//
//   - SyncSurvivesPowerCut: "Sync is whether to sync writes through the OS buffer cache and down onto the actual disk, if
//     applicable. Setting Sync is required for durability of individual write operations" (WriteOptions.Sync).
//   - Not NoSyncSurvivesKill: "If false, and the process or machine crashes, then a recent write may be lost. This is due to
//     the recently written data being buffered inside the process running Pebble." (the same)
//   - AtomicBatch: "A Batch is a sequence of Sets, Merges, Deletes, DeleteRanges, RangeKeySets, RangeKeyUnsets, and/or
//     RangeKeyDeletes that are applied atomically." (Batch)
//   - RefusesSecondOpen: "LockDirectory acquires the database directory lock in the named directory, preventing another
//     process from opening the database." (LockDirectory)
//   - StopsOnError: "Any error encountered during any of the operations in the previous closure are considered fatal."
//     (versionSet.UpdateVersionLocked) "Fsync errors are unrecoverable." (atomicfs.Marker.Move) An error of a log, a manifest
//     or a directory ends the process, by Logger.Fatalf or by a panic.
//   - Not ClosesInFlight: "It is not safe to close a DB until all outstanding iterators are closed or to call Close
//     concurrently with any other DB method." (DB.Close)
//   - An ingested table is durable: "All sstables *must* be Sync()'d by the caller [...]; failure to do so could
//     violate durability". (DB.Ingest)
//   - Unpromised, a disk that lies: Sync writes "down onto the actual disk, if applicable". (WriteOptions.Sync)
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true, RefusesSecondOpen: true,
		StopsOnError: true, Unpromised: []string{"lost-fsync", "forgetful-disk"},
	}
}
