package workloads

import "github.com/lightningdb/lightning-torture/workloads/history"

// Lifetime returns a short script of one client that covers everything that changes a store's files: it loads, commits
// with and without Sync, overwrites, deletes, flushes and compacts. It is short enough for each of its filesystem calls
// to be made to fail in turn.
func Lifetime(seed uint64) Script {
	size := Size{Clients: 1, Keys: 2 * lifetimeKeys, ValueBytes: 100}
	load := load(seed, size, kvKey)[0]
	val := func(name string, factor int) []byte { return value(seed, name, factor*size.ValueBytes) }
	flush, compact, all := Step{Kind: history.Flush}, Step{Kind: history.Compact}, Step{Kind: history.Scan}
	steps := []Step{
		put(kvKey(0), val("first", 1), history.Sync),
		put(kvKey(1), val("long", 3), history.NoSync),
		{Kind: history.Batch, Durability: history.Sync, Writes: []history.Write{
			{Key: kvKey(2), Value: val("batch.0", 6)}, {Key: kvKey(3), Delete: true}, {Key: kvKey(90), Value: val("batch.1", 1)},
		}},
		flush,
		erase(kvKey(0), history.Sync),
		{Kind: history.Get, Keys: [][]byte{kvKey(0)}},
		put(kvKey(91), val("unsynced", 1), history.NoSync),
		compact,
		put(kvKey(0), val("again", 1), history.Sync),
		all,
		flush, compact,
		put(kvKey(92), val("last", 1), history.Sync),
		put(kvKey(93), val("left to Close", 1), history.NoSync),
	}
	size.Ops = len(steps)
	return Script{
		Workload: "lifetime", Seed: seed, Size: size,
		Preload: [][]history.Write{load[:lifetimeKeys], load[lifetimeKeys:]}, Clients: [][]Step{steps},
	}
}

// Reopened returns the script of a client that reopens the store after Lifetime.
func Reopened(seed uint64) Script {
	steps := []Step{
		{Kind: history.Scan},
		put(kvKey(0), value(seed, "reopened", 100), history.Sync),
		{Kind: history.Flush},
		put(kvKey(94), value(seed, "and again", 100), history.NoSync),
	}
	return Script{Workload: "reopened", Seed: seed, Size: Size{Clients: 1, Ops: len(steps)}, Clients: [][]Step{steps}}
}

// lifetimeKeys is the number of keys in each of the two batches that a Lifetime loads.
const lifetimeKeys = 6
