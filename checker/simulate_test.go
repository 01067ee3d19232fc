package checker_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// simulation is a history produced by a correct store, together with what a judge cannot know: the order in which
// commits took effect.
type simulation struct {
	ops     []history.Op
	order   []int // IDs of the commits in the order in which they took effect
	initial *history.State
	keys    []string
	strict  bool // what was read counts as acknowledged
}

// shape is what a simulation may contain.
type shape struct {
	clients, steps, keys int
	batches              bool
	unknown              bool // some commits fail with an open result, and may take effect much later
	reads                bool
	barriers             bool // syncs without writes
	repeats              bool // values are written more than once
}

// simulate interleaves clients at random. Every operation is called, takes effect and is answered in separate steps.
func simulate(rng *rand.Rand, s shape) *simulation {
	sim := &simulation{initial: &history.State{}}
	for i := range s.keys {
		sim.keys = append(sim.keys, string(rune('a'+i)))
		if rng.IntN(2) == 0 {
			sim.initial.Append([]byte(sim.keys[i]), []byte("start"))
		}
	}
	store := contents(sim.initial)
	var tick history.Tick
	flying := make([]int, s.clients) // 1 + the ID of each client's operation
	applied := map[int]bool{}
	var late []int // failed, but will still take effect
	apply := func(id int) {
		applied[id] = true
		op := &sim.ops[id]
		for i := range op.Reads {
			value, found := store[string(op.Reads[i].Key)]
			op.Reads[i].Value, op.Reads[i].Found = []byte(value), found
		}
		if len(op.Writes) > 0 {
			sim.order = append(sim.order, id)
			write(store, op)
		}
	}
	for left := s.steps; left > 0 || slices.ContainsFunc(flying, func(f int) bool { return f > 0 }); {
		if len(late) > 0 && rng.IntN(6) == 0 {
			apply(late[0])
			late = late[1:]
		}
		c := rng.IntN(s.clients)
		if flying[c] == 0 {
			if left > 0 {
				left--
				tick++
				op := sim.draw(rng, s)
				op.ID, op.Client, op.Call, op.Return = len(sim.ops), c, tick, history.Never
				op.Outcome = outcomeOf(rng, s)
				sim.ops = append(sim.ops, op)
				flying[c] = len(sim.ops)
			}
			continue
		}
		id := flying[c] - 1
		op := &sim.ops[id]
		if op.Outcome == history.Acked && !applied[id] || op.Outcome == history.Unknown && !applied[id] && rng.IntN(3) == 0 {
			apply(id)
			continue
		}
		tick++
		op.Return, flying[c] = tick, 0
		if op.Outcome == history.Unknown && !applied[id] && rng.IntN(2) == 0 {
			late = append(late, id)
		}
		if op.Outcome != history.Acked {
			op.Reads = nil
		}
		if len(op.Reads) > 0 && rng.IntN(2) == 0 { // like a cursor, opened now and read later
			tick++
			op.ReadBy = tick
		}
	}
	return sim
}

func outcomeOf(rng *rand.Rand, s shape) history.Outcome {
	switch p := rng.IntN(10); {
	case p == 0:
		return history.Rejected
	case p <= 2 && s.unknown:
		return history.Unknown
	}
	return history.Acked
}

func (sim *simulation) draw(rng *rand.Rand, s shape) history.Op {
	if s.reads && rng.IntN(2) == 0 {
		op := history.Op{Kind: history.Snapshot}
		for range 1 + rng.IntN(3) {
			op.Reads = append(op.Reads, history.Read{Key: []byte(sim.keys[rng.IntN(len(sim.keys))])})
		}
		return op
	}
	if s.barriers && rng.IntN(3) == 0 {
		return history.Op{Kind: history.Barrier}
	}
	n := 1
	if s.batches && rng.IntN(2) == 0 {
		n = 2
	}
	op := history.Op{Kind: history.Batch, Durability: history.Durability(rng.IntN(2))}
	for _, k := range rng.Perm(len(sim.keys))[:n] {
		w := history.Write{Key: []byte(sim.keys[k]), Delete: rng.IntN(3) == 0}
		if !w.Delete {
			w.Value = fmt.Appendf(nil, "v%d", len(sim.ops))
		}
		if s.repeats && !w.Delete {
			w.Value = []byte([]string{"start", "one", "two"}[rng.IntN(3)])
		}
		op.Writes = append(op.Writes, w)
	}
	return op
}

func contents(s *history.State) map[string]string {
	m := map[string]string{}
	for k, v := range s.All() {
		m[string(k)] = string(v)
	}
	return m
}

func write(store map[string]string, op *history.Op) {
	for _, w := range op.Writes {
		if w.Delete {
			delete(store, string(w.Key))
		} else {
			store[string(w.Key)] = string(w.Value)
		}
	}
}

func stateOf(store map[string]string) *history.State {
	s := &history.State{}
	for _, k := range slices.Sorted(maps.Keys(store)) {
		s.Append([]byte(k), []byte(store[k]))
	}
	return s
}

// replay applies the commits for which keep returns true, in the order in which they took effect.
func (sim *simulation) replay(keep func(position, id int) bool) *history.State {
	store := contents(sim.initial)
	for i, id := range sim.order {
		if keep(i, id) {
			write(store, &sim.ops[id])
		}
	}
	return stateOf(store)
}

// end returns the last tick.
func (sim *simulation) end() history.Tick {
	var last history.Tick
	for i := range sim.ops {
		if last = max(last, sim.ops[i].Call); sim.ops[i].Return != history.Never {
			last = max(last, sim.ops[i].Return)
		}
	}
	return last
}
