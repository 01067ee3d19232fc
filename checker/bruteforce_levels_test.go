package checker_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

var bruteForceLevels = []checker.Level{
	checker.ReadCommitted, checker.MonotonicAtomicView, checker.RepeatableRead, checker.SnapshotIsolation, checker.Serializable,
	checker.StrictSerializable,
}

func TestIsolationAgreesWithBruteForce(t *testing.T) {
	for name, m := range map[string]model{
		"registers of unique values": uniqueRegisters, "registers whose values repeat": repeatedRegisters, "lists": appendedLists,
	} {
		t.Run(name, func(t *testing.T) {
			count := smallHistories(t, 1000)
			fails, named := map[checker.Level]int{}, map[string]int{}
			for seed := range count {
				rng := rand.New(rand.NewPCG(uint64(seed), uint64(m)))
				ops := smallTxns(rng, m)
				for _, level := range bruteForceLevels {
					var r checker.Result
					if m == appendedLists {
						r = checker.NewIsolation(ops, textLists, level).JudgeHistory()
					} else {
						r = checker.RegisterIsolation(t.Context(), ops, nil, level, checker.Limits{})
					}
					want := checker.Pass
					if !isolated(m, level, ops) {
						want = checker.Fail
						fails[level]++
					}
					for _, v := range r.Violations {
						named[v.Class]++
					}
					if r.Verdict != want {
						require.Equal(t, want, r.Verdict, "seed %d at %s: %s %v\n%s", seed, level, r.Reason, r.Violations, retell(ops))
					}
				}
			}
			t.Log(fails, named)
			for i, level := range bruteForceLevels {
				require.Greater(t, count-fails[level], count/10, level)
				require.Greater(t, fails[level], count/40, level)
				if i > 0 && level != checker.SnapshotIsolation {
					require.Greater(t, fails[level], fails[bruteForceLevels[i-1]], "%s never gives another verdict than the level below", level)
				}
			}
		})
	}
}

// At the weakest level a register may show whatever another transaction wrote, and a list anything that a single order
// of the appends explains.
func TestReadUncommittedAgreesWithBruteForce(t *testing.T) {
	fails := map[model]int{}
	for seed := range smallHistories(t, 1000) {
		for _, m := range []model{uniqueRegisters, repeatedRegisters} {
			ops := smallTxns(rand.New(rand.NewPCG(uint64(seed), uint64(m))), m)
			want := checker.Pass
			if !sourced(ops) {
				want = checker.Fail
				fails[m]++
			}
			r := checker.RegisterIsolation(t.Context(), ops, nil, checker.ReadUncommitted, checker.Limits{})
			if r.Verdict != want {
				require.Equal(t, want, r.Verdict, "seed %d: %v\n%s", seed, r.Violations, retell(ops))
			}
		}
		ops := smallTxns(rand.New(rand.NewPCG(uint64(seed), uint64(appendedLists))), appendedLists)
		if checker.NewIsolation(ops, textLists, checker.ReadUncommitted).JudgeHistory().Verdict == checker.Fail {
			fails[appendedLists]++
			committed := checker.NewIsolation(ops, textLists, checker.ReadCommitted).JudgeHistory()
			if committed.Verdict != checker.Fail {
				require.Equal(t, checker.Fail, committed.Verdict, "seed %d\n%s", seed, retell(ops))
			}
		}
	}
	require.Len(t, fails, 3, "%v", fails)
}

// sourced reports whether every acknowledged transaction found what it had written itself and otherwise what another
// one wrote, or nothing.
func sourced(ops []history.Op) bool {
	for i := range ops {
		own := map[string]string{}
		wrote := map[string]bool{}
		if ops[i].Outcome != history.Acked {
			continue
		}
		ok := steps(&ops[i], func(r *history.Read, _ bool, w *history.Write) bool {
			if w != nil {
				own[string(w.Key)], wrote[string(w.Key)] = string(w.Value), true
				return true
			}
			key := string(r.Key)
			return wrote[key] && own[key] == string(r.Value) || !wrote[key] && (!r.Found ||
				slices.ContainsFunc(ops, func(o history.Op) bool {
					return o.ID != i && slices.ContainsFunc(o.Writes, func(w history.Write) bool {
						return string(w.Key) == key && string(w.Value) == string(r.Value)
					})
				}))
		})
		if !ok {
			return false
		}
	}
	return true
}

// retell formats transactions briefly.
func retell(ops []history.Op) string {
	var b strings.Builder
	for i := range ops {
		op := &ops[i]
		fmt.Fprintf(&b, "%d %d-%d %s %s %s", op.Client, op.Call, op.Return, op.Kind, op.Isolation, op.Outcome)
		steps(op, func(r *history.Read, _ bool, w *history.Write) bool {
			switch {
			case w != nil && w.Delete:
				b.WriteString(" " + string(w.Key) + "-")
			case w != nil:
				b.WriteString(" " + string(w.Key) + "+" + string(w.Value))
			default:
				b.WriteString(" " + string(r.Key) + "=" + string(r.Value))
			}
			return true
		})
		b.WriteString("\n")
	}
	return b.String()
}
