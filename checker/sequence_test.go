package checker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// numbered parses a history and gives its commits places in an order.
func numbered(t *testing.T, text string, seqs ...uint64) []history.Op {
	t.Helper()
	ops := parse(t, text)
	require.Len(t, seqs, len(ops))
	for i := range ops {
		ops[i].Seq = seqs[i]
	}
	return ops
}

func TestSequenceJudgesStates(t *testing.T) {
	// Three concurrent commits that took effect in the order #2, #0, #1. The middle one had to be durable.
	three := "0 1-10 put/nosync a=1\n1 2-11 put/nosync b=1\n2 3-12 batch/nosync a=2 c=2"
	order := []uint64{20, 30, 10}
	for _, row := range []struct {
		name, ops, state string
		seqs             []uint64
		cut              history.Tick
		initial          *history.State
		class, sentence  string
	}{
		{name: "no commit is left", ops: three, seqs: order, state: ""},
		{name: "the first is left", ops: three, seqs: order, state: "a=2 c=2"},
		{name: "two are left", ops: three, seqs: order, state: "a=1 c=2"},
		{name: "all are left", ops: three, seqs: order, state: "a=1 b=1 c=2"},
		{
			name: "the middle one is left out", ops: three, seqs: order, state: "a=2 b=1 c=2", class: "hole",
			sentence: "commit #0 by client 0 (put a, not synced, acknowledged at tick 10), number 2 in the order of commits, is missing " +
				"after the crash at tick 99, as a shows; yet number 3, commit #1 by client 1 (put b, not synced, acknowledged at " +
				"tick 11), is there, as b shows",
		},
		{
			name: "a sync without writes keeps all that was acknowledged before", ops: three + "\n3 13-14 barrier", seqs: append(order, 0),
			state: "a=1 c=2", class: "lost", sentence: "commit #1",
		},
		{name: "the first is left out", ops: three, seqs: order, state: "a=1 b=1", class: "hole", sentence: "as c shows"},
		{name: "two have changed places", ops: three, seqs: order, state: "a=2 c=2 b=1", class: "hole"},
		{name: "a commit is torn", ops: three, seqs: order, state: "a=2", class: "hole"},
		{name: "a value that nobody wrote", ops: three, seqs: order, state: "a=7", class: "invented", sentence: "a shows 7"},
		{name: "a key that nobody wrote", ops: three, seqs: order, state: "z=7", class: "invented", sentence: "z is there"},
		{
			name: "what a refused commit wrote", ops: "0 1-2 put a=1\n0 3-4 put/rejected a=2", seqs: []uint64{1, 0}, state: "a=2",
			class: "invented",
		},
		{
			name: "what an open commit without a place wrote", ops: "0 1-2 put a=1\n0 3-4 put/unknown a=2", seqs: []uint64{1, 0},
			state: "a=2", class: "invented",
		},
		{
			name: "what an open commit wrote", ops: "0 1-2 put a=1\n0 3-4 put/unknown a=2", seqs: []uint64{1, 2}, state: "a=2",
		},
		{
			name: "a synced commit is lost", ops: "0 1-2 put/nosync a=1\n0 3-4 put b=1", seqs: []uint64{1, 2}, state: "a=1", class: "lost",
			sentence: "commit #1 by client 0 (put b, synced, acknowledged at tick 4), number 2 in the order of commits, must be there; " +
				"but b after the crash at tick 99 shows that it is missing",
		},
		{
			name: "a synced commit is there without the one before", ops: "0 1-9 put/nosync a=1\n1 2-10 put b=1", seqs: []uint64{1, 2},
			state: "b=1", class: "lost",
		},
		{
			name: "a synced commit takes an unsynced one along", ops: "0 1-9 put/nosync a=1\n1 2-10 put b=1", seqs: []uint64{2, 1},
			state: "b=1",
		},
		{name: "a missing commit had not been acknowledged", ops: "0 1-2 put a=1\n0 3-9 put b=1", seqs: []uint64{1, 2}, cut: 8, state: "a=1"},
		{
			name: "a commit that is there had not been called", ops: "0 1-2 put a=1\n0 8-9 put b=1", seqs: []uint64{1, 2}, cut: 7, state: "a=1 b=1",
			class: "from the future", sentence: "b shows 2 commits",
		},
		{
			name: "a key that came and went", ops: "0 1-2 put/nosync a=1\n0 3-4 delete/nosync a-\n0 5-6 put/nosync b=1",
			seqs: []uint64{1, 2, 3}, state: "b=1",
		},
		{
			name: "two keys that came and went, never absent at once",
			ops: "0 1-2 put/nosync a=1\n0 3-4 delete/nosync a-\n0 5-6 batch/nosync a=2 b=1 c=1\n0 7-8 delete/nosync b-\n" +
				"0 9-10 batch/nosync a- b=2\n0 11-12 delete/nosync b-",
			seqs: []uint64{1, 2, 3, 4, 5, 6}, state: "c=1",
		},
		{
			name: "two keys that came and went, but the last time too early",
			ops: "0 1-2 put/nosync a=1\n0 3-4 delete/nosync a-\n0 5-6 batch/nosync a=2 b=1 c=1\n0 7-8 delete/nosync b-\n" +
				"0 9-10 batch/nosync a- b=2\n0 11-12 put/nosync c=2\n0 13-14 delete/nosync b-",
			seqs: []uint64{1, 2, 3, 4, 5, 6, 7}, state: "c=1", class: "not a prefix", sentence: "between 3 and 5 commits are there",
		},
		{name: "what was there at the start", ops: three, seqs: order, initial: pairs("a=0 z=0"), state: "a=0 z=0"},
		{
			name: "what was there at the start is missing", ops: three, seqs: order, initial: pairs("z=0"), state: "", class: "lost",
			sentence: "z is missing",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, ok := checker.NewSequence(numbered(t, row.ops, row.seqs...), row.initial)
			require.True(t, ok)
			if row.cut == 0 {
				row.cut = 99
			}
			r := s.Judge(history.Cut{Acked: row.cut, Called: row.cut}, pairs(sorted(row.state)), checker.SyncedMustSurvive)
			if row.class == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%s %+v", r.Reason, r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict, r.Reason)
			require.Equal(t, row.class, r.Violations[0].Class, r.Violations[0].Sentence)
			require.Contains(t, r.Violations[0].Sentence, row.sentence)
		})
	}
}

func TestSequenceSaysWhatItCannotJudge(t *testing.T) {
	for _, row := range []struct {
		name, ops, reason string
		seqs              []uint64
	}{
		{"an answered commit has no place", "0 1-2 put a=1\n0 3-4 put a=2", "has no place", []uint64{1, 0}},
		{"an unanswered commit has no place", "0 1-2 put a=1\n0 3-? put a=2", "has no place", []uint64{1, 0}},
		{"two commits have the same place", "0 1-2 put a=1\n0 3-4 put a=2", "have the same place", []uint64{1, 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, ok := checker.NewSequence(numbered(t, row.ops, row.seqs...), nil)
			require.True(t, ok)
			r := s.Judge(history.Cut{}, &history.State{}, checker.SyncedMustSurvive)
			require.Equal(t, checker.Inconclusive, r.Verdict)
			require.Contains(t, r.Reason, row.reason)
		})
	}
	_, ok := checker.NewSequence(numbered(t, "0 1-2 put a=1\n0 3-4 put a=2", 0, 0), nil)
	require.False(t, ok)
}

// Among all states that some of the commits of a simulation leave, exactly those left by a prefix pass, whatever
// overlapped.
func TestSequenceIsExact(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.Workers = 1
	properties := gopter.NewProperties(parameters)
	properties.Property("only prefixes pass", prop.ForAll(func(seed uint64) string {
		rng := rand.New(rand.NewPCG(seed, 1))
		sim := simulate(rng, shape{clients: 1 + rng.IntN(4), steps: 12, keys: 3, batches: true, unknown: true, repeats: seed%2 == 0})
		for i, id := range sim.order {
			sim.ops[id].Seq = uint64(10 * (i + 1))
		}
		s, ok := checker.NewSequence(sim.ops, sim.initial)
		if !ok {
			return ""
		}
		end := sim.end()
		cut := history.Cut{Acked: history.Tick(rng.Uint64N(uint64(end) + 1))}
		cut.Called = cut.Acked
		want := map[string]bool{}
		for n := range len(sim.order) + 1 {
			if sim.allowed(n, cut) {
				want[fmt.Sprint(contents(sim.replay(func(i, _ int) bool { return i < n })))] = true
			}
		}
		for range 60 {
			picks := rng.Uint64()
			state := sim.replay(func(i, _ int) bool { return picks>>i&1 == 1 || rng.IntN(3) > 0 })
			r := s.Judge(cut, state, checker.SyncedMustSurvive)
			if passes := r.Verdict == checker.Pass; passes != want[fmt.Sprint(contents(state))] {
				return fmt.Sprintf("%v: %v, %s %+v", contents(state), r.Verdict, r.Reason, r.Violations)
			}
		}
		for n := range len(sim.order) + 1 {
			state := sim.replay(func(i, _ int) bool { return i < n })
			if r := s.Judge(cut, state, checker.SyncedMustSurvive); (r.Verdict == checker.Pass) != want[fmt.Sprint(contents(state))] {
				return fmt.Sprintf("the first %d of %d: %v %+v", n, len(sim.order), r.Verdict, r.Violations)
			}
		}
		return ""
	}, gen.UInt64()))
	properties.TestingRun(t)
}

// allowed reports whether a crash may leave exactly the first n commits.
func (sim *simulation) allowed(n int, cut history.Cut) bool {
	for i, id := range sim.order {
		op := &sim.ops[id]
		acked := op.AckedBy(cut.Acked)
		if i < n && op.Call > cut.Called && !acked || i >= n && acked && op.Durability == history.Sync {
			return false
		}
	}
	return true
}
