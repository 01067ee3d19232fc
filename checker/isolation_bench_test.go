package checker_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// BenchmarkIsolation tells that judging a history takes time in proportion to its length, with a cycle or without.
func BenchmarkIsolation(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, skew := range []string{"serializable", "one stale read"} {
			b.Run(strconv.Itoa(n)+" transactions, "+skew, func(b *testing.B) {
				s := simulateLists(rand.New(rand.NewPCG(1, 1)), 16, n)
				want := checker.Pass
				if skew != "serializable" {
					require.True(b, plants[0].plant(s))
					want = checker.Fail
				}
				for b.Loop() {
					r := checker.NewIsolation(s.ops, textLists, checker.StrictSerializable).JudgeHistory()
					require.Equal(b, want, r.Verdict)
				}
				b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "transactions/s")
			})
		}
	}
}

// BenchmarkIsolationOfState tells what one recovered state costs, in a run of the size that the lab makes.
func BenchmarkIsolationOfState(b *testing.B) {
	s := simulateLists(rand.New(rand.NewPCG(1, 1)), 4, 160)
	j := checker.NewIsolation(s.ops, textLists, checker.StrictSerializable)
	state := s.recovered(len(s.commits) - 1)
	for b.Loop() {
		r := j.JudgeState(history.Cut{Acked: s.tick, Called: s.tick}, state, checker.Rule{Suffix: true, Atomic: true})
		require.Equal(b, checker.Pass, r.Verdict)
	}
}
