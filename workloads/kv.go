package workloads

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// kvGroup is how many keys a client calls its own, and how many all clients share.
const kvGroup = 16

// keyspace says which keys the clients of kv work on: groups spread evenly over the loaded keys, so that their ranges
// lie in different blocks and tables. The last group is shared.
type keyspace struct {
	groups int // clients, and one
	stride int
	recent [][][]byte // by client: the last few keys that it worked on
}

// kvRecent is how many keys a client comes back to.
const kvRecent = 2

func newKeyspace(size Size) keyspace {
	groups := size.Clients + 1
	return keyspace{
		groups: groups, stride: max(1, size.Keys/(groups*kvGroup)), recent: make([][][]byte, size.Clients),
	}
}

func kvKey(i int) []byte { return fmt.Appendf(nil, "k%05d", i) }

// pick draws an own key of a client, or, one time in four, a shared one. Half of the time it is one that the client
// worked on just before: who never comes back to a key does not see what became of it.
func (s keyspace) pick(rng *rand.Rand, client int) []byte {
	if recent := s.recent[client]; len(recent) > 0 && rng.IntN(2) == 0 {
		return recent[rng.IntN(len(recent))]
	}
	group := client
	if rng.IntN(4) == 0 {
		group = s.groups - 1
	}
	key := kvKey((rng.IntN(kvGroup)*s.groups + group) * s.stride)
	s.remember(client, key)
	return key
}

func (s keyspace) remember(client int, key []byte) {
	recent := append(s.recent[client], key)
	s.recent[client] = recent[max(0, len(recent)-kvRecent):]
}

// distinct draws n different keys of a client.
func (s keyspace) distinct(rng *rand.Rand, client, n int) [][]byte {
	var keys [][]byte
	seen := make(map[string]bool, n)
	for len(keys) < n {
		if key := s.pick(rng, client); !seen[string(key)] {
			seen[string(key)] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// kv is for judges of durability: all kinds of operations, synced and unsynced ones mixed, so that a crash may lose
// some commits and must keep others.
func kv(seed uint64, size Size) Script {
	size = size.normal()
	keys := newKeyspace(size)
	step := func(rng *rand.Rand, client int, name string) Step {
		durability := history.Durability(rng.IntN(2)) // Sync or NoSync
		switch p := rng.IntN(100); {
		case p < 34:
			return put(keys.pick(rng, client), kvValue(seed, name, size), durability)
		case p < 42:
			return erase(keys.pick(rng, client), durability)
		case p < 55:
			return Step{Kind: history.Batch, Durability: durability, Writes: keys.batch(rng, client, seed, name, size)}
		case p < 61:
			return keys.eraseRange(rng, client, durability)
		case p < 77:
			return Step{Kind: history.Get, Keys: [][]byte{keys.pick(rng, client)}}
		case p < 83:
			return keys.scan(rng, client)
		case p < 91:
			return Step{Kind: history.Snapshot, Keys: keys.distinct(rng, client, 2+rng.IntN(4)), Lingers: rng.IntN(2) == 0}
		case p < 97:
			return Step{Kind: history.Flush}
		default:
			return Step{Kind: history.Compact}
		}
	}
	return Script{
		Workload: "kv", Seed: seed, Size: size,
		Preload: load(seed, size, kvKey), Clients: generate(seed, size, step),
	}
}

// kvValue is value, stretched.
func kvValue(seed uint64, name string, size Size) []byte {
	return value(seed, name, stretch(seed, name, size.ValueBytes))
}

// stretch returns the length of a value: size, but for some 3 times as much, and 6 times for a few. Engines that keep
// long values apart do so with them.
func stretch(seed uint64, name string, size int) int {
	switch stream(seed, name+" length").IntN(16) {
	case 0, 1:
		return 6 * size
	case 2, 3, 4, 5, 6:
		return 3 * size
	}
	return size
}

// batch draws 2 to 5 writes of different keys, a quarter of them deletes.
func (s keyspace) batch(rng *rand.Rand, client int, seed uint64, name string, size Size) []history.Write {
	var writes []history.Write
	for i, key := range s.distinct(rng, client, 2+rng.IntN(4)) {
		w := history.Write{Key: key, Delete: rng.IntN(4) == 0}
		if !w.Delete {
			w.Value = kvValue(seed, name+"."+strconv.Itoa(i), size)
		}
		writes = append(writes, w)
	}
	return writes
}

// eraseRange draws a range of up to one group's distance, so that keys of all clients, and loaded ones, are in it.
func (s keyspace) eraseRange(rng *rand.Rand, client int, d history.Durability) Step {
	first := (rng.IntN(kvGroup)*s.groups + client) * s.stride
	end := first + 1 + rng.IntN(s.groups*s.stride)
	step := Step{Kind: history.Batch, Range: true, Durability: d, From: kvKey(first), To: kvKey(end)}
	s.remember(client, kvKey(first))
	for i := first; i < end; i++ {
		step.Writes = append(step.Writes, history.Write{Key: kvKey(i), Delete: true})
	}
	return step
}

// scan draws a range that holds about four groups' worth of neighbours.
func (s keyspace) scan(rng *rand.Rand, client int) Step {
	first := (rng.IntN(kvGroup)*s.groups + client) * s.stride
	return Step{
		Kind: history.Scan, From: kvKey(first), To: kvKey(first + 4*s.groups*s.stride), Lingers: rng.IntN(2) == 0,
	}
}
