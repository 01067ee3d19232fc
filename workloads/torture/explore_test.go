package torture

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

func TestPassesSeeEveryTickOnce(t *testing.T) {
	t.Parallel()
	for n := range 20 {
		var ticks []uint64
		for i := range n {
			ticks = append(ticks, uint64(3*i+1))
		}
		all := passes(ticks)
		for _, pass := range all {
			require.True(t, slices.IsSorted(pass))
		}
		if n > 0 {
			require.Contains(t, all[0], ticks[n-1], "the end is in the first")
		}
		seen := slices.Concat(all...)
		slices.Sort(seen)
		require.Equal(t, ticks, seen)
	}
}

func TestCutsAreSharp(t *testing.T) {
	t.Parallel()
	c := newCuts([]faultfs.Op{{Tick: 2}, {Tick: 6}}, []history.Op{{Call: 1, Return: 3}, {Call: 5, Return: 8}, {Call: 7, Return: history.Never}})
	assert.Equal(t, history.Cut{Acked: 5, Called: 2}, c.at(2), "until the next operation")
	assert.Equal(t, history.Cut{Acked: 8, Called: 6}, c.at(6), "behind the last one until the last answer")
	assert.Equal(t, history.Cut{Acked: 4, Called: 4}, newCuts([]faultfs.Op{{Tick: 4}}, nil).at(4), "nobody has answered")
}

func TestAFingerprintForgetsWhatDiffersFromCaseToCase(t *testing.T) {
	t.Parallel()
	id := func(sentence string) string {
		f := failure{judge: "recovery"}
		f.Class, f.Sentence = "does not recover", sentence
		return fingerprint(&f)
	}
	assert.Equal(t, id("none is valid, but there are logs [2], tables []"), id("none is valid, but there are logs [2 3], tables [7]"))
	assert.Equal(t, id(`000012.sst: bad key "a"`), id(`000007.sst: bad key "bc"`))
	assert.NotEqual(t, id("no log"), id("no table"))
}

func TestWhatOnlyTheSecondRecoveryShowedIsJudged(t *testing.T) {
	t.Parallel()
	p, err := resolve(spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4}})
	require.NoError(t, err)
	e := newExploration(record(t.Context(), toyTarget(correct), p), toyTarget(correct))
	ticks := e.crashTicks()
	last := ticks[len(ticks)-1]
	cuts := newCuts(e.trace, e.history)
	j := &job{cut: cuts.at(last), bounds: cuts.bounds(cuts.at(last))}
	for judged, want := range map[bool]checker.Verdict{true: checker.Pass, false: checker.Fail} {
		w := newWorker(e, &progress{}) // its latest recovery showed nothing, although commits were acknowledged
		s := &second{read: &history.State{}, judged: judged, opened: last}
		require.Equal(t, want, w.verdictSecond(s, way{job: j}, last, j.cut).Verdict)
	}
}
