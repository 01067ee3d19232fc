package checker_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/checker/judging"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded"
	"github.com/lightningdb/lightning-torture/workloads/history/recorded/recordedtest"
)

// Small histories that were written as EDN and read back get the verdicts that brute force gives to the originals.
func TestRecordedHistoriesAgreeWithBruteForce(t *testing.T) {
	models := map[model]recorded.Model{
		uniqueRegisters: recorded.RWRegister, repeatedRegisters: recorded.RWRegister, appendedLists: recorded.ListAppend,
	}
	verdicts := map[checker.Verdict]int{}
	for seed := range smallHistories(t, 400) {
		for m, asked := range models {
			ops := recordable(smallTxns(rand.New(rand.NewPCG(uint64(seed), uint64(m)+100)), m))
			text := recordedtest.Transactions(ops, m == appendedLists)
			r, err := recorded.Read(strings.NewReader(text), recorded.Options{Model: asked})
			require.NoError(t, err, text)
			for _, level := range bruteForceLevels {
				want := checker.Pass
				if !isolated(m, level, ops) {
					want = checker.Fail
				}
				j := judging.Judge(t.Context(), r, judging.Options{Level: level})
				verdicts[j.Verdict]++
				if want == checker.Pass && strings.HasPrefix(j.Reason, "nothing was judged") {
					continue
				}
				require.Equal(t, want, j.Verdict, "seed %d at %s: %s %v\n%s", seed, level, j.Reason, j.Violations, text)
				for _, l := range j.Levels { // the verdicts at all levels are right too
					if l.Level != checker.ReadUncommitted {
						require.Equal(t, isolated(m, l.Level, ops), l.Verdict == checker.Pass, "seed %d at %s, asked at %s\n%s", seed, l.Level, level, text)
					}
				}
			}
		}
	}
	t.Log(verdicts)
	require.Greater(t, verdicts[checker.Fail], verdicts[checker.Pass]/10)
	require.Less(t, verdicts[checker.Inconclusive], verdicts[checker.Pass]/4)
}

// recordable reduces operations to what EDN can express: scans become reads of the keys that they show, and all
// transactions ask for the same level.
func recordable(ops []history.Op) []history.Op {
	for i := range ops {
		op := &ops[i]
		if op.Kind == history.Scan {
			op.Kind, op.Order = history.Txn, strings.Repeat("r", len(op.Reads))
		}
		op.Isolation = history.Serializable
		if op.Outcome != history.Acked {
			op.Reads, op.Order = nil, strings.ReplaceAll(op.Order, "r", "")
		}
	}
	return ops
}
