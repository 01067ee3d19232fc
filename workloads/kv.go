package workloads

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// kvGroup is the number of keys that a client owns, and the number that all clients share.
const kvGroup = 16

// keyspace assigns keys to the clients of kv. Each client has a group of its own, and the last group is shared. Groups
// are spread evenly over the loaded keys, so that they lie in different blocks and tables.
type keyspace struct {
	name   func(int) []byte
	groups int // one per client, and the shared one
	stride int
	recent [][][]byte // the keys that each client worked on last
}

// kvRecent is the number of keys in keyspace.recent for a client.
const kvRecent = 2

func newKeyspace(size Size, name func(int) []byte) keyspace {
	groups := size.Clients + 1
	return keyspace{
		name: name, groups: groups, stride: max(1, size.Keys/(groups*kvGroup)), recent: make([][][]byte, size.Clients),
	}
}

func kvKey(i int) []byte { return fmt.Appendf(nil, "k%05d", i) }

// pick draws a key of the client's own or, one time in four, a shared one. Half of the time it is one that the client
// worked on just before: without going back to a key, a client would not see what became of it.
func (s keyspace) pick(rng *rand.Rand, client int) []byte {
	if recent := s.recent[client]; len(recent) > 0 && rng.IntN(2) == 0 {
		return recent[rng.IntN(len(recent))]
	}
	group := client
	if rng.IntN(4) == 0 {
		group = s.groups - 1
	}
	key := s.name((rng.IntN(kvGroup)*s.groups + group) * s.stride)
	s.remember(client, key)
	return key
}

func (s keyspace) remember(client int, key []byte) {
	recent := append(s.recent[client], key)
	s.recent[client] = recent[max(0, len(recent)-kvRecent):]
}

// distinct draws n distinct keys of a client.
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

// kv is for judges of durability. It mixes all kinds of operations, synced and unsynced, so that a crash may lose some
// commits and must keep others.
func kv(seed uint64, size Size) Script {
	size = size.normal()
	return allOperations(seed, size, "kv", kvKey, func(name string) []byte { return kvValue(seed, name, size) })
}

// allOperations draws all kinds of operations over the keys and values that key and value name.
func allOperations(seed uint64, size Size, workload string, key func(int) []byte, value func(name string) []byte) Script {
	return Script{
		Workload: workload, Seed: seed, Size: size,
		Preload: load(seed, size, key), Clients: generate(seed, size, stepsOver(newKeyspace(size, key), value)),
	}
}

// kvSteps returns the function that draws the steps of kv.
func kvSteps(seed uint64, size Size) func(rng *rand.Rand, client int, name string) Step {
	return stepsOver(newKeyspace(size, kvKey), func(name string) []byte { return kvValue(seed, name, size) })
}

// stepsOver returns a function that draws steps over the given keys.
func stepsOver(keys keyspace, value func(name string) []byte) func(rng *rand.Rand, client int, name string) Step {
	return func(rng *rand.Rand, client int, name string) Step {
		durability := history.Durability(rng.IntN(2)) // Sync or NoSync
		switch p := rng.IntN(100); {
		case p < 31:
			return put(keys.pick(rng, client), value(name), durability)
		case p < 39:
			return erase(keys.pick(rng, client), durability)
		case p < 49:
			return Step{Kind: history.Batch, Durability: durability, Writes: keys.batch(rng, client, name, value)}
		case p < 50:
			return Step{Kind: history.Batch, Durability: durability} // an empty one
		case p < 55:
			return keys.eraseRange(rng, client, durability)
		case p < 58:
			return keys.eraseWithin(rng, client, durability, name, value)
		default:
			return keys.look(rng, client, p)
		}
	}
}

// look draws a step that writes nothing. p is in [58, 100).
func (s keyspace) look(rng *rand.Rand, client, p int) Step {
	switch {
	case p < 69:
		return Step{Kind: history.Get, Keys: [][]byte{s.pick(rng, client)}, Stream: rng.IntN(2) == 0, Hold: hold(rng)}
	case p < 75:
		return s.scan(rng, client)
	case p < 82:
		return s.cursor(rng, client)
	case p < 86:
		return Step{Kind: history.Snapshot, Keys: s.distinct(rng, client, 2+rng.IntN(4)), Lingers: rng.IntN(2) == 0}
	case p < 89:
		return s.held(rng, client)
	case p < 91:
		return Step{Kind: history.Barrier}
	case p < 92:
		return Step{Kind: history.Inspect}
	case p < 97:
		return Step{Kind: history.Flush}
	default:
		return Step{Kind: history.Compact}
	}
}

// kvValue returns a value whose length is stretched.
func kvValue(seed uint64, name string, size Size) []byte {
	return value(seed, name, stretch(seed, name, size.ValueBytes))
}

// stretch returns the length of a value: mostly size, sometimes 3 times and rarely 6 times that. Such values are long
// enough for an engine to store them separately.
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
func (s keyspace) batch(rng *rand.Rand, client int, name string, value func(string) []byte) []history.Write {
	var writes []history.Write
	for i, key := range s.distinct(rng, client, 2+rng.IntN(4)) {
		w := history.Write{Key: key, Delete: rng.IntN(4) == 0}
		if !w.Delete {
			w.Value = value(name + "." + strconv.Itoa(i))
		}
		writes = append(writes, w)
	}
	return writes
}

// eraseRange draws a range as long as the distance between two groups at most. It covers keys of all clients and loaded
// ones.
func (s keyspace) eraseRange(rng *rand.Rand, client int, d history.Durability) Step {
	first := (rng.IntN(kvGroup)*s.groups + client) * s.stride
	end := first + 1 + rng.IntN(s.groups*s.stride)
	step := Step{Kind: history.Batch, Range: true, Durability: d, From: s.name(first), To: s.name(end)}
	s.remember(client, s.name(first))
	for i := first; i < end; i++ {
		step.Writes = append(step.Writes, history.Write{Key: s.name(i), Delete: true})
	}
	return step
}

// eraseWithin draws a batch that deletes a range and also writes keys before and after that deletion, mostly inside the
// range. The writes before the deletion must be gone and those after it present.
func (s keyspace) eraseWithin(rng *rand.Rand, client int, d history.Durability, name string, value func(string) []byte) Step {
	step := s.eraseRange(rng, client, d)
	var parts [2][]history.Write
	for i, part := range [2]string{".before", ".after"} {
		for n := range 1 + rng.IntN(3) {
			key := s.pick(rng, client)
			if rng.IntN(4) > 0 {
				key = step.Writes[rng.IntN(len(step.Writes))].Key
			}
			parts[i] = append(parts[i], history.Write{Key: key, Value: value(name + part + "." + strconv.Itoa(n))})
		}
	}
	step.Before, step.After = len(parts[0]), len(parts[1])
	step.Writes = slices.Concat(parts[0], step.Writes, parts[1])
	return step
}

// scan draws a range that covers about four groups' worth of adjacent keys.
func (s keyspace) scan(rng *rand.Rand, client int) Step {
	first := (rng.IntN(kvGroup)*s.groups + client) * s.stride
	return Step{
		Kind: history.Scan, From: s.name(first), To: s.name(first + 4*s.groups*s.stride), Lingers: rng.IntN(2) == 0,
		Backward: rng.IntN(2) == 0,
	}
}
