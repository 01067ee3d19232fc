package torture

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
)

// faults returns the named faults, the plain power cut first.
func faults() []fault { return append(commonFaults(), rareFaults()...) }

// commonFaults are those that the default matrix has under every workload.
func commonFaults() []fault {
	return []fault{
		{Choice: Choice{"power", "power is cut at every operation; unsynced writes tear, reorder and vanish"}},
		{
			Choice: Choice{"killed", "the process is killed and the machine runs on: nothing handed over is lost"}, profile: "lose-none",
			kills: func(p Promises) checker.Lower {
				if p.NoSyncSurvivesKill {
					return checker.AckedMustSurvive
				}
				return checker.SyncedMustSurvive
			},
		},
		{
			Choice: Choice{"lost-fsync", "the disk acknowledges syncs and does nothing, from some moment on"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("lost sync after=%d", at.moment(rng))}
			},
			lower: checker.NothingMustSurvive, refuse: true,
		},
		{
			Choice: Choice{"failed-fsync", "one sync fails; the pages are clean afterwards and the retry returns success"},
			rules:  once("failed", "sync", 6, 2), errors: true,
		},
		{
			Choice: Choice{"eio", "one call fails with EIO: write, sync, open, create, remove or read"},
			rules: func(rng *rand.Rand, at part) []string {
				op := []struct {
					name                 string
					opening, commitsEach int
				}{
					{"write", 2, 2}, {"sync", 6, 2}, {"open", 6, 20}, {"create", 3, 40}, {"remove", 0, 100}, {"read", 1, 30},
				}[rng.IntN(6)]
				return once("eio", op.name, op.opening, op.commitsEach)(rng, at)
			},
			errors: true,
		},
		{
			Choice: Choice{"enospc", "the disk is full for a while"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("enospc write times=%d after=%d", 1+rng.IntN(8), at.moment(rng))}
			},
			errors: true,
		},
		{Choice: Choice{"short-write", "one write stores half of its bytes"}, rules: once("short", "write", 2, 2), errors: true},
		{
			Choice: Choice{"bitrot", "one bit of one durable file rots between crash and recovery"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("bitflip rest seed=%d", rng.Uint32())}
			},
			rot: true, refuse: true,
		},
	}
}

// rareFaults are those that the default matrix has under one workload each, in turn.
func rareFaults() []fault {
	all := append(callFaults(), diskFaults()...)
	for i := range all {
		all[i].rare = true
	}
	return all
}

// callFaults are those that a call tells the engine of, or that make it late.
func callFaults() []fault {
	return []fault{
		{
			Choice: Choice{"eintr", "one call is interrupted by a signal: write, sync, open or read"},
			rules: func(rng *rand.Rand, at part) []string {
				op := []struct {
					name                 string
					opening, commitsEach int
				}{{"write", 2, 2}, {"sync", 6, 2}, {"open", 6, 20}, {"read", 1, 30}}[rng.IntN(4)]
				return once("eintr", op.name, op.opening, op.commitsEach)(rng, at)
			},
			errors: true,
		},
		{
			Choice: Choice{"disk-full", "the disk has no room above some size; later it has room again"},
			rules: func(rng *rand.Rand, at part) []string {
				bytes, full := at.loaded/2+rng.IntN(at.loaded+64<<10), at.moment(rng)
				return []string{fmt.Sprintf("enospc any bytes=%d after=%d before=%d", bytes, full, full+20+rng.IntN(100))}
			},
			errors: true,
		},
		{
			Choice: Choice{"open-files", "the process may have only a few files open"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("emfile open files=%d", 1+rng.IntN(6))}
			},
			turns: "kv", errors: true,
		},
		{
			Choice: Choice{"read-only", "the filesystem is mounted read-only from some moment on, as after an aborted journal"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("readonly any after=%d", at.moment(rng))}
			},
			errors: true,
		},
		{
			Choice: Choice{"write-back", "the system writes dirty pages of a file in the background, and fails"},
			rules:  once("failed", "writeback", 1, 2), errors: true,
		},
		{
			Choice: Choice{"eviction", "syncs fail, and clean pages whose write-back had failed leave the memory"},
			rules: func(rng *rand.Rand, at part) []string {
				return append(once("failed", "sync", 6, 2)(rng, at), "evict read")
			},
			errors: true,
		},
		{
			Choice: Choice{"slow", "some calls come back late, so that others overtake them"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("slow any ms=%d prob=0.1 seed=%d", 1+rng.IntN(50), rng.Uint32())}
			},
		},
		failedSyncOf("ext4-ordered"), failedSyncOf("ext4-journal"), failedSyncOf("xfs"), failedSyncOf("btrfs"),
	}
}

// failedSyncOf is a failed sync in the manner of a filesystem, with its profile.
func failedSyncOf(filesystem string) fault {
	return fault{
		Choice:  Choice{"failed-fsync-" + filesystem, "one sync fails in the manner of " + filesystem},
		profile: filesystem, errors: true,
		rules: func(rng *rand.Rand, at part) []string {
			return []string{once("failed", "sync", 6, 2)(rng, at)[0] + " as=" + filesystem}
		},
	}
}

// diskFaults are those of which no call tells.
func diskFaults() []fault {
	rest := func(name, text, effect string) fault {
		return fault{
			Choice: Choice{name, text}, rot: true, refuse: true,
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("%s rest seed=%d", effect, rng.Uint32())}
			},
		}
	}
	return []fault{
		rest("stale-block", "one block of a durable file holds what it held before its last sync", "stale"),
		rest("misplaced-block", "one block of a durable file holds another block of the disk", "misplaced"),
		rest("truncated-file", "the end of one durable file is missing", "truncated"),
		{
			Choice: Choice{"forgetful-disk", "the disk acknowledges every sync, and some of them do nothing"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("lost sync prob=%.2f seed=%d", 0.05+rng.Float64()/2, rng.Uint32())}
			},
			lower: checker.NothingMustSurvive, refuse: true,
		},
	}
}
