package workloads

import (
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// lifecycle is kv with administration. The running store is copied, it is closed and reopened while other clients use
// it, and others try to open it a second time. Every client does some of that.
func lifecycle(seed uint64, size Size) Script {
	size = size.normal()
	data := kvSteps(seed, size)
	step := func(rng *rand.Rand, client int, name string) Step {
		if rng.IntN(lifecycleEach) > 0 {
			return data(rng, client, name)
		}
		return administer(rng, client, name)
	}
	return Script{
		Workload: "lifecycle", Seed: seed, Size: size,
		Preload: load(seed, size, kvKey), Clients: generate(seed, size, step),
	}
}

// lifecycleEach: one step in this many acts on the whole store.
const lifecycleEach = 7

// administer draws a step that acts on the whole store. Each client has its own backup repository, so steps of
// different clients never share files.
func administer(rng *rand.Rand, client int, name string) Step {
	switch p := rng.IntN(100); {
	case p < 35:
		return Step{Kind: history.Checkpoint, Dir: "copy-" + name}
	case p < 60:
		s := Step{Kind: history.Backup, Source: "backups-c" + strconv.Itoa(client), Dir: "restored-" + name}
		return s
	case p < 85:
		return Step{Kind: history.Open, Looks: rng.IntN(2) == 0}
	default:
		return Step{Kind: history.SecondOpen}
	}
}
