package checker_test

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// BenchmarkIsolation shows whether the time to judge a history is proportional to its length, with and without a
// cycle.
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

// BenchmarkRegisterIsolation treats the lists as values of registers, which makes every value unique.
func BenchmarkRegisterIsolation(b *testing.B) {
	for _, n := range []int{1000, 10_000, 50_000} {
		for _, skew := range []string{"serializable", "one stale read"} {
			b.Run(strconv.Itoa(n)+" transactions, "+skew, func(b *testing.B) {
				s := simulateLists(rand.New(rand.NewPCG(1, 1)), 16, n)
				want := checker.Pass
				if skew != "serializable" {
					require.True(b, plants[0].plant(s))
					want = checker.Fail
				}
				for b.Loop() {
					r := checker.RegisterIsolation(b.Context(), s.ops, nil, checker.StrictSerializable, checker.Limits{})
					require.Equal(b, want, r.Verdict, r.Reason)
				}
				b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "transactions/s")
			})
		}
	}
}

// BenchmarkIsolationOfState measures the cost of one recovered state, in a run of the size that the lab makes.
func BenchmarkIsolationOfState(b *testing.B) {
	s := simulateLists(rand.New(rand.NewPCG(1, 1)), 4, 160)
	j := checker.NewIsolation(s.ops, textLists, checker.StrictSerializable)
	state := s.recovered(len(s.commits) - 1)
	for b.Loop() {
		r := j.JudgeState(history.Cut{Acked: s.tick, Called: s.tick}, state, checker.Rule{Suffix: true, Atomic: true})
		require.Equal(b, checker.Pass, r.Verdict)
	}
}

// BenchmarkIsolationOfAMillion judges a million transactions, half of whose appends are blind, as an overnight test of
// a database may produce them. It takes a minute and more than a gigabyte. To see its peak memory:
//
//	go test -c ./checker && /usr/bin/time -v ./checker.test -test.run - -test.bench OfAMillion -test.benchtime 1x
func BenchmarkIsolationOfAMillion(b *testing.B) {
	if testing.Short() {
		b.Skip("judges a million transactions, a minute and over a gigabyte of memory; run without -short")
	}
	s := simulateLists(rand.New(rand.NewPCG(1, 1)), 16, 1_000_000)
	for i := range s.ops {
		op := &s.ops[i]
		for k := range op.Writes { // only the element, not the whole list
			w := &op.Writes[k]
			w.Value = bytes.Clone(w.Value[bytes.LastIndexByte(w.Value, ',')+1:])
		}
	}
	s.versions = nil
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		j := checker.NewIsolation(s.ops, textLists, checker.StrictSerializable)
		require.Equal(b, checker.Pass, j.JudgeHistory().Verdict)
		runtime.ReadMemStats(&after)
	}
	b.ReportMetric(float64(before.HeapAlloc)/(1<<20), "history-MiB")
	b.ReportMetric(float64(after.Sys)/(1<<20), "process-MiB")
}
