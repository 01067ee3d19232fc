package checker_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// mustKeep reports whether the rule demands that an operation survive a crash at the cut.
func (sim *simulation) mustKeep(op *history.Op, at history.Tick, lower checker.Lower) bool {
	switch lower {
	case checker.SyncedMustSurvive:
		return op.Durability == history.Sync && sim.counts(op, at) || slices.ContainsFunc(sim.ops, func(b history.Op) bool {
			return b.Kind == history.Barrier && op.Outcome == history.Acked && b.Call > op.Return && b.AckedBy(at)
		})
	case checker.AckedMustSurvive:
		return sim.counts(op, at)
	default:
		return false
	}
}

// counts reports whether an operation counts as acknowledged at the cut. In a strict simulation it also does once it
// was shown.
func (sim *simulation) counts(op *history.Op, at history.Tick) bool {
	return op.AckedBy(at) || sim.strict && op.Outcome == history.Acked && slices.ContainsFunc(sim.ops, func(read history.Op) bool {
		return read.Outcome == history.Acked && read.Shown() <= at && slices.ContainsFunc(read.Reads, func(r history.Read) bool {
			return slices.ContainsFunc(op.Writes, func(w history.Write) bool {
				return r.Found && !w.Delete && bytes.Equal(w.Key, r.Key) && bytes.Equal(w.Value, r.Value)
			})
		})
	})
}

var lowers = []checker.Lower{checker.SyncedMustSurvive, checker.AckedMustSurvive, checker.NothingMustSurvive}

// TestNoFalseAlarm enumerates, for random histories, every state that a correct store may recover to.
func TestNoFalseAlarm(t *testing.T) {
	judged := 0
	for seed := range uint64(5000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		sim := simulate(rng, shape{
			clients: 1 + rng.IntN(3), steps: 1 + rng.IntN(7), keys: 2 + rng.IntN(2), batches: true, unknown: rng.IntN(2) == 0,
			repeats: seed%3 == 0, barriers: seed%2 == 0, reads: seed%3 == 1,
		})
		d := checker.NewDurability(sim.ops, sim.initial)
		if sim.strict = seed%3 == 1; sim.strict {
			d = checker.NewStrictDurability(sim.ops, sim.initial)
		}
		crash := history.Tick(rng.Uint64N(uint64(sim.end()) + 1))
		for _, lower := range lowers {
			judged += sim.everyLegalState(rng, crash, lower, func(cut history.Cut, state *history.State, rule checker.Rule) {
				r := d.Judge(cut, state, rule)
				require.Equal(t, checker.Pass, r.Verdict, "seed %d, %+v, %+v, state %v\n%v\nops %+v, order %v",
					seed, cut, rule, contents(state), r.Violations, sim.ops, sim.order)
			})
		}
	}
	require.Greater(t, judged, 100_000)
}

// everyLegalState visits the state of every subset of the commits that a crash may leave: prefixes, less any subset of
// the failed commits, and all subsets where no order is promised.
func (sim *simulation) everyLegalState(
	rng *rand.Rand, crash history.Tick, lower checker.Lower, visit func(history.Cut, *history.State, checker.Rule),
) (visited int) {
	for subset := range 1 << len(sim.order) {
		in := func(i int) bool { return subset>>i&1 == 1 }
		legal, prefix, last := true, true, -1
		called := history.Tick(0)
		for i, id := range sim.order {
			op := &sim.ops[id]
			legal = legal && !(in(i) && op.Call > crash) && (in(i) || !sim.mustKeep(op, crash, lower))
			if in(i) {
				last, called = i, max(called, op.Call)
			}
		}
		for i, id := range sim.order[:last+1] {
			prefix = prefix && (in(i) || sim.ops[id].Outcome == history.Unknown)
		}
		if !legal {
			continue
		}
		state := sim.replay(func(i, _ int) bool { return in(i) })
		cut := history.Cut{Acked: crash, Called: called + history.Tick(rng.Uint64N(uint64(crash-called)+1))}
		visit(cut, state, checker.Rule{Lower: lower, Atomic: true, Suffix: prefix})
		visit(cut, state, checker.Rule{Lower: lower, Suffix: prefix})
		visited += 2
		if last >= 0 && !sim.mustKeep(&sim.ops[sim.order[last]], crash, lower) {
			visit(cut, sim.halved(in, last), checker.Rule{Lower: lower, Suffix: prefix})
			visited++
		}
	}
	return visited
}

// halved returns the state after a subset of the commits, the last of which has applied only its last write.
func (sim *simulation) halved(in func(int) bool, last int) *history.State {
	store := contents(sim.replay(func(i, _ int) bool { return in(i) && i < last }))
	half := sim.ops[sim.order[last]]
	half.Writes = half.Writes[len(half.Writes)-1:]
	write(store, &half)
	return stateOf(store)
}

// TestVerdictOfOneClientIsExact tries every state in which each key has one of its values from the history, an
// invented value or none.
func TestVerdictOfOneClientIsExact(t *testing.T) {
	verdicts := map[checker.Verdict]int{}
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		sim := simulate(rng, shape{clients: 1, steps: 1 + rng.IntN(7), keys: 2 + rng.IntN(2), batches: true, barriers: seed%2 == 0})
		d := checker.NewDurability(sim.ops, sim.initial)
		crash := history.Tick(rng.Uint64N(uint64(sim.end()) + 1))
		called := crash
		if pending := sim.pendingAt(crash); pending >= 0 && rng.IntN(2) == 0 {
			called = sim.ops[pending].Call - 1
		}
		cut := history.Cut{Acked: crash, Called: called}
		for _, lower := range lowers {
			legal := sim.prefixes(cut, lower)
			rule := checker.Rule{Lower: lower, Suffix: true, Atomic: true}
			sim.everyState(0, map[string]string{}, func(state *history.State) {
				want := checker.Fail
				if legal[fmt.Sprint(contents(state))] {
					want = checker.Pass
				}
				r := d.Judge(cut, state, rule)
				require.Equal(t, want, r.Verdict, "seed %d, %+v, %+v, state %v\n%v\nstart %v, ops %+v",
					seed, cut, rule, contents(state), r.Violations, contents(sim.initial), sim.ops)
				verdicts[r.Verdict]++
			})
		}
	}
	require.Greater(t, verdicts[checker.Pass], 5_000)
	require.Greater(t, verdicts[checker.Fail], 50_000)
}

// pendingAt returns the commit that was called but not answered at tick t, or -1.
func (sim *simulation) pendingAt(t history.Tick) int {
	for i := range sim.ops {
		if op := &sim.ops[i]; op.Call <= t && op.Return > t && op.Outcome == history.Acked {
			return i
		}
	}
	return -1
}

// prefixes returns the states after those prefixes of a single client's commits that are legal at the cut.
func (sim *simulation) prefixes(cut history.Cut, lower checker.Lower) map[string]bool {
	legal := map[string]bool{}
	for n := range len(sim.order) + 1 {
		ok := true
		for i, id := range sim.order {
			op := &sim.ops[id]
			if i < n && op.Call > cut.Called && !op.AckedBy(cut.Acked) || i >= n && sim.mustKeep(op, cut.Acked, lower) {
				ok = false
			}
		}
		if ok {
			legal[fmt.Sprint(contents(sim.replay(func(i, _ int) bool { return i < n })))] = true
		}
	}
	return legal
}

// everyState visits every way to give each key one of the values it ever had, an invented one or none.
func (sim *simulation) everyState(k int, store map[string]string, visit func(*history.State)) {
	if k == len(sim.keys) {
		visit(stateOf(store))
		return
	}
	key := sim.keys[k]
	values := []string{"", "start", "invented"}
	for i := range sim.ops {
		for _, w := range sim.ops[i].Writes {
			if string(w.Key) == key && !w.Delete {
				values = append(values, string(w.Value))
			}
		}
	}
	for _, v := range values {
		delete(store, key)
		if v != "" {
			store[key] = v
		}
		sim.everyState(k+1, store, visit)
	}
	delete(store, key)
}
