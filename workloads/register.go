package workloads

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// register is for judges of linearizability: all clients work on the same 3 to 8 keys, and every write is synced.
// Loaded keys are never touched; they only make sure that tables and levels exist.
func register(seed uint64, size Size) Script {
	size = size.normal()
	registers := 3 + stream(seed, "registers").IntN(6)
	step := func(rng *rand.Rand, _ int, name string) Step {
		key := fmt.Appendf(nil, "r%d", rng.IntN(registers))
		switch p := rng.IntN(100); {
		case p < 42:
			return put(key, value(seed, name, size.ValueBytes), history.Sync)
		case p < 82:
			return Step{Kind: history.Get, Keys: [][]byte{key}}
		case p < 95:
			return erase(key, history.Sync)
		case p < 99:
			return Step{Kind: history.Flush}
		default:
			return Step{Kind: history.Compact}
		}
	}
	return Script{
		Workload: "register", Seed: seed, Size: size,
		Preload: load(seed, size, fillerKey), Clients: generate(seed, size, step),
	}
}

// fillerKey names a key that is only loaded. Fillers sort on both sides of the keys that clients work on.
func fillerKey(i int) []byte {
	if i%2 == 0 {
		return fmt.Appendf(nil, "fill%05d", i)
	}
	return fmt.Appendf(nil, "z-fill%05d", i)
}

func put(key, value []byte, d history.Durability) Step {
	return Step{Kind: history.Put, Durability: d, Writes: []history.Write{{Key: key, Value: value}}}
}

func erase(key []byte, d history.Durability) Step {
	return Step{Kind: history.Delete, Durability: d, Writes: []history.Write{{Key: key, Delete: true}}}
}
