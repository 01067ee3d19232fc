package bench

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// works lists everything that can be measured, in order of execution.
func works() []work { return slices.Concat(writingWorks(), readingWorks(), otherWorks()) }

// writingWorks fill an empty store.
func writingWorks() []work {
	return []work{
		{
			name: "put-buffered", text: "one put a commit, Buffered", run: (*session).puts, state: fresh, alone: true,
			goroutines: []int{1, 8}, durability: history.Buffered, figure: operations,
		},
		{
			name: "put-nosync", text: "one put a commit, NoSync", run: (*session).puts, state: fresh, alone: true,
			goroutines: []int{1, 8}, durability: history.NoSync, figure: operations,
		},
		{
			name: "put-sync", text: "one put a commit, Sync", run: (*session).puts, state: fresh, alone: true,
			goroutines: []int{1, 8, 64}, durability: history.Sync, figure: operations,
		},
		{
			name: "batch100-buffered", text: "commits of 100 puts, Buffered", run: (*session).puts, state: fresh,
			goroutines: []int{4}, alone: true, durability: history.Buffered, figure: entries,
		},
	}
}

// readingWorks read a store that is already filled.
func readingWorks() []work {
	return []work{
		{
			name: "get", text: "keys that are there, as loaded, warm", run: (*session).gets, state: loaded,
			goroutines: []int{1, 8}, figure: operations,
		},
		{
			name: "get-missing", text: "keys that are not there, as loaded", run: (*session).getsMissing, state: loaded,
			goroutines: []int{1, 8}, figure: operations,
		},
		{
			name: "scan", text: "all entries in order, as loaded", run: (*session).scans, state: loaded,
			goroutines: []int{1}, fixed: true, figure: entries,
		},
		{
			name: "get-compacted", text: "keys that are there, after a full compaction", run: (*session).gets,
			goroutines: []int{1, 8}, state: compacted, figure: operations,
		},
		{
			name: "get-missing-compacted", text: "keys that are not there, after a full compaction",
			goroutines: []int{1, 8}, run: (*session).getsMissing, state: compacted, figure: operations,
		},
		{
			name: "scan-compacted", text: "all entries in order, after a full compaction", run: (*session).scans,
			goroutines: []int{1}, fixed: true, state: compacted, figure: entries,
		},
		{
			name: "get-memtable", text: "keys that are all in one memtable of 512 MiB", run: (*session).gets,
			goroutines: []int{1, 8}, state: memtable, figure: operations,
		},
	}
}

// otherWorks read and write, or measure what a process needs to start and to keep running.
func otherWorks() []work {
	return []work{
		{
			name: "mixed", text: "half gets, half Buffered puts, zipfian keys", run: (*session).mixed, state: loaded,
			goroutines: []int{8}, alone: true, durability: history.Buffered, figure: operations,
		},
		{
			name: "bank", text: "serializable transfers between 100 accounts, Buffered", run: (*session).bank,
			goroutines: []int{8}, state: fresh, alone: true, durability: history.Buffered, figure: operations,
		},
		{
			name: "bank-sync", text: "the same, Sync", run: (*session).bank, state: fresh, alone: true,
			goroutines: []int{8}, durability: history.Sync, figure: operations,
		},
		{
			name: "recover", text: "open after SIGKILL with up to 85,092 NoSync puts in the log", run: (*session).recover,
			goroutines: []int{1}, fixed: true, state: closed, alone: true, durability: history.NoSync,
			figure: milliseconds,
		},
		{
			name: "overwrite", text: "as many random Buffered puts as there are entries: amplification",
			run: (*session).overwrite, goroutines: []int{8}, fixed: true, state: loaded, alone: true,
			durability: history.Buffered, figure: operations,
		},
		{
			name: "rss", text: "most memory ever held, after the gets", run: (*session).memory, state: loaded, alone: true,
			goroutines: []int{8}, fixed: true, figure: megabytes,
		},
		{
			name: "open-close", text: "open and close a store of 10 keys in memory", run: (*session).openClose,
			goroutines: []int{1}, fixed: true, state: closed, alone: true, figure: operations,
		},
	}
}

func workNamed(name string) (work, bool) {
	for _, w := range works() {
		if w.name == name {
			return w, true
		}
	}
	return work{}, false
}

// Work names a work and describes it in one line.
type Work struct{ Name, Text string }

// Works lists what can be measured.
func Works() []Work {
	var all []Work
	for _, w := range works() {
		all = append(all, Work{w.name, w.text})
	}
	return all
}
