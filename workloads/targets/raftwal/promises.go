package raftwal

import "github.com/lightningdb/lightning-torture/workloads/torture"

// Promises returns what the documentation of raft-wal promises. Where it is silent, nothing is promised.
//
//   - SyncSurvivesPowerCut: "Crashes at any point must not loose committed log entries or result in a corrupt file, even if
//     in-flight sector writes are not atomic." (README) It assumes "that fsync on a parent dir is sufficient to ensure newly
//     created files are not lost after a crash", and that writing a part of a sector does not harm the rest of it.
//   - NoSyncSurvivesKill, LossIsSuffix: nothing is acknowledged before it is synced. "[Append] must not return until the
//     entries are durably stored otherwise raft's guarantees will be compromised." (types.SegmentWriter)
//   - AtomicBatch: a batch ends in a commit frame. "If CRC is not good then discard everything back to previous commit frame".
//     (README, Recovery)
//   - Linearizable: a WAL implements raft's LogStore and StableStore, whose reads return what was stored.
//   - RecoversAfterTransientFault: not in the documentation, but the project's TestWriterRecoversFromWriteFailure
//     demands that an append that failed to write or sync its segment can be retried at once. (since v0.4.1)
//   - Unpromised, damage: "Latent errors (i.e. silent corruption in the FS or disk) _may_ be detected during a read, but we assume
//     that the file-system and disk are responsible for this really." (README)
//   - Unpromised, a disk that lies: "We assume: [...] That fsync as implemented in Go's standard library actually flushes all
//     written sectors of the file to persistent media." (the same)
func Promises() torture.Promises {
	return torture.Promises{
		SyncSurvivesPowerCut: true, NoSyncSurvivesKill: true, LossIsSuffix: true, AtomicBatch: true, Linearizable: true,
		RecoversAfterTransientFault: []torture.TransientFault{
			{Fault: "eio write *.wal"}, {Fault: "enospc write *.wal"}, {Fault: "short write *.wal"}, {Fault: "failed sync *.wal"},
		},
		Unpromised: []string{"bitrot", "stale-block", "misplaced-block", "truncated-file", "lost-fsync", "forgetful-disk"},
	}
}
