package plan

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// faults returns the named faults, the plain power cut first.
func faults() []Fault { return append(commonFaults(), rareFaults()...) }

// commonFaults are the faults that the default matrix has under every workload.
func commonFaults() []Fault {
	return []Fault{
		{Choice: Choice{"power", "power is cut at every operation; unsynced writes tear, reorder and vanish"}},
		{
			Choice: Choice{"killed", "the process is killed while the machine keeps running: nothing handed to the system is lost"}, Profile: "lose-none",
			kills: func(p contract.Promises) checker.Lower {
				if p.NoSyncSurvivesKill {
					return checker.AckedMustSurvive
				}
				return checker.SyncedMustSurvive
			},
		},
		{
			Choice: Choice{"lost-fsync", "from some moment on, the disk acknowledges syncs without doing anything"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("lost sync after=%d", at.moment(rng))}
			},
			lower: checker.NothingMustSurvive, Refuse: true, Lies: true,
		},
		{
			Choice: Choice{"failed-fsync", "one sync fails; the pages are clean afterwards and the retry returns success"},
			rules:  once("failed", "sync", 6, 2), Errors: true,
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
			Errors: true,
		},
		{
			Choice: Choice{"enospc", "the disk is full for a while"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("enospc write times=%d after=%d", 1+rng.IntN(8), at.moment(rng))}
			},
			Errors: true,
		},
		{Choice: Choice{"short-write", "one write stores half of its bytes"}, rules: once("short", "write", 2, 2), Errors: true},
		{
			Choice: Choice{"bitrot", "one bit of one durable file rots between crash and recovery"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("bitflip rest seed=%d", rng.Uint32())}
			},
			Rot: true, Refuse: true,
		},
	}
}

// rareFaults are the faults that the default matrix has under one workload each, in turn.
func rareFaults() []Fault {
	all := append(callFaults(), diskFaults()...)
	for i := range all {
		all[i].Rare = true
	}
	return all
}

// callFaults are the faults that a call reports to the engine, or that delay a call.
func callFaults() []Fault {
	return []Fault{
		{
			Choice: Choice{"eintr", "one call is interrupted by a signal: write, sync, open or read"},
			rules: func(rng *rand.Rand, at part) []string {
				op := []struct {
					name                 string
					opening, commitsEach int
				}{{"write", 2, 2}, {"sync", 6, 2}, {"open", 6, 20}, {"read", 1, 30}}[rng.IntN(4)]
				return once("eintr", op.name, op.opening, op.commitsEach)(rng, at)
			},
			Errors: true,
		},
		{
			Choice: Choice{"disk-full", "the disk is full beyond some size; later it has room again"},
			rules: func(rng *rand.Rand, at part) []string {
				bytes, full := at.loaded/2+rng.IntN(at.loaded+64<<10), at.moment(rng)
				return []string{fmt.Sprintf("enospc any bytes=%d after=%d before=%d", bytes, full, full+20+rng.IntN(100))}
			},
			Errors: true,
		},
		{
			Choice: Choice{"open-files", "the process may have only a few files open"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("emfile open files=%d", 1+rng.IntN(6))}
			},
			Turns: "kv", Errors: true, Avoidable: true, // a rule for one kind of file at a time
		},
		{
			Choice: Choice{"read-only", "the filesystem is mounted read-only from some moment on, as after an aborted journal"},
			rules: func(rng *rand.Rand, at part) []string {
				return []string{fmt.Sprintf("readonly any after=%d", at.moment(rng))}
			},
			Errors: true,
		},
		{
			Choice: Choice{"write-back", "the system writes dirty pages of a file in the background, and fails"},
			rules:  once("failed", "writeback", 1, 2), Errors: true,
		},
		{
			Choice: Choice{"eviction", "syncs fail, and clean pages whose write-back had failed leave the memory"},
			rules: func(rng *rand.Rand, at part) []string {
				return append(once("failed", "sync", 6, 2)(rng, at), "evict read")
			},
			Errors: true,
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

// failedSyncOf returns the fault of a sync that fails in the manner of a filesystem, with that filesystem's profile.
func failedSyncOf(filesystem string) Fault {
	return Fault{
		Choice:  Choice{"failed-fsync-" + filesystem, "one sync fails in the manner of " + filesystem},
		Profile: filesystem, Errors: true,
		rules: func(rng *rand.Rand, at part) []string {
			return []string{once("failed", "sync", 6, 2)(rng, at)[0] + " as=" + filesystem}
		},
	}
}

// diskFaults are the faults that no call reports.
func diskFaults() []Fault {
	rest := func(name, text, effect string) Fault {
		return Fault{
			Choice: Choice{name, text}, Rot: true, Refuse: true,
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("%s rest seed=%d", effect, rng.Uint32())}
			},
		}
	}
	return []Fault{
		rest("stale-block", "one block of a durable file holds what it held before its last sync", "stale"),
		rest("misplaced-block", "one block of a durable file holds another block of the disk", "misplaced"),
		rest("truncated-file", "the end of one durable file is missing", "truncated"),
		{
			Choice: Choice{"forgetful-disk", "the disk acknowledges every sync, but some of them do nothing"},
			rules: func(rng *rand.Rand, _ part) []string {
				return []string{fmt.Sprintf("lost sync prob=%.2f seed=%d", 0.05+rng.Float64()/2, rng.Uint32())}
			},
			lower: checker.NothingMustSurvive, Refuse: true, Lies: true,
		},
	}
}
