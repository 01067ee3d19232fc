package raftwal

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of raft-wal promises. Where it says nothing, nothing is promised.
//
//   - SyncSurvivesPowerCut: "Crashes at any point must not loose committed log entries or result in a corrupt file, even if
//     in-flight sector writes are not atomic." (README) It assumes "that fsync on a parent dir is sufficient to ensure newly
//     created files are not lost after a crash", and that writing a part of a sector does not harm the rest of it.
//   - NoSyncSurvivesKill, LossIsSuffix: nothing is acknowledged before it is synced. "[Append] must not return until the
//     entries are durably stored otherwise raft's guarantees will be compromised." (types.SegmentWriter)
//   - AtomicBatch: a batch ends in a commit frame. "If CRC is not good then discard everything back to previous commit frame".
//     (README, Recovery)
//   - Linearizable: a WAL is raft's LogStore and StableStore, of which a read shows what was stored.
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true,
	}
}
