package checker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// registers parses a history like lists. "x+3" writes 3 to x, and "x-" deletes it.
func registers(t *testing.T, text string) []history.Op {
	t.Helper()
	ops := lists(t, strings.ReplaceAll(text, "-;", "+DELETE"))
	for i := range ops {
		for j := range ops[i].Writes {
			if w := &ops[i].Writes[j]; string(w.Value) == "DELETE" {
				w.Value, w.Delete = nil, true
			}
		}
	}
	return ops
}

// fromReadUncommitted lists levels, each of which forbids everything that its predecessors forbid.
var fromReadUncommitted = []checker.Level{
	checker.ReadUncommitted, checker.ReadCommitted, checker.MonotonicAtomicView, checker.SnapshotIsolation, checker.Serializable,
	checker.StrictSerializable,
}

func TestRegisterIsolationTellsLevelsApart(t *testing.T) {
	for _, row := range []struct {
		name, ops  string
		level      checker.Level // the weakest that forbids it; zero: no level does
		repeatable bool          // whether repeatable read forbids it too
		class      string
		says       string
	}{
		{name: "nothing", ops: "0 1-2 txn"},
		{name: "a write and its read", ops: "0 1-2 txn x+1\n0 3-4 txn x=1 x+2 x=2"},
		{name: "two concurrent blind writes, in either order", ops: "0 1-9 txn x+1\n1 2-10 txn x+2\n2 11-12 txn x=1"},
		{name: "what was deleted is not there", ops: "0 1-2 txn x+1\n0 3-4 txn x-;\n1 5-6 txn x="},
		{name: "an open write that nobody saw", ops: "0 1-? txn x+1\n1 3-4 txn x="},
		{name: "an open write that took effect late", ops: "0 1-2 txn/unknown x+1\n0 3-4 txn x=\n0 5-6 txn x=1"},
		{name: "skew between transactions that asked for snapshots", ops: "0 1-9 si x= y+1\n1 2-10 si y= x+1\n0 11-12 txn x=1 y=1"},
		{
			name: "a value comes from nowhere", ops: "0 1-2 txn x=9", level: checker.ReadUncommitted, repeatable: true,
			class: "garbage value", says: "transaction #0 by client 0 read x = 9, which nobody wrote",
		},
		{
			name: "a transaction does not see its own write", ops: "0 1-2 txn x+1 x=", level: checker.ReadUncommitted, repeatable: true,
			class: "internal", says: "read x = nothing, but had to find 1, which it had written itself",
		},
		{
			name: "a transaction sees its own write too early", ops: "0 1-2 txn x=1 x+1", level: checker.ReadUncommitted, repeatable: true,
			class: "internal", says: "which it wrote itself only afterwards",
		},
		{
			name: "what a refused transaction wrote is read", ops: "0 1-2 txn/rejected x+1\n1 3-4 txn x=1", level: checker.ReadCommitted,
			repeatable: true, class: "G1a", says: "aborted read: transaction #1 by client 1 read x = 1, but transaction #0 by client 0",
		},
		{
			name: "a transaction is read half done", ops: "0 1-4 txn x+1 x+2\n1 2-3 txn x=1", level: checker.ReadCommitted,
			repeatable: true, class: "G1b", says: "then wrote x again",
		},
		{
			name: "two transactions see each other", ops: "0 1-9 txn x+1 y=1\n1 2-10 txn y+1 x=1", level: checker.ReadCommitted,
			repeatable: true, class: "G1c", says: "T0 wrote x = 1, and T1 read it; T1 wrote y = 1, and T0 read it",
		},
		{
			name: "a transaction vanishes", ops: "0 1-2 txn x+1 y+1\n1 3-4 txn x=1 y=", level: checker.MonotonicAtomicView,
			repeatable: true, class: "G-single", says: "T0 wrote x = 1, and T1 read it; T1 read y = nothing, which T0 overwrote",
		},
		{
			name: "a transaction is missed, then seen", ops: "0 1-4 txn x+1 y+1\n1 2-5 txn y= x=1", level: checker.SnapshotIsolation,
			repeatable: true, class: "G-single", says: "read skew",
		},
		{
			name: "a read does not repeat", ops: "0 1-4 txn x+1\n1 2-5 txn x= x=1", level: checker.SnapshotIsolation, repeatable: true,
			class: "internal", says: "read x = nothing and then x = 1, without having written it",
		},
		{
			name: "two transactions overwrite one version", ops: "0 1-4 txn x= x+1\n1 2-5 txn x= x+2\n0 6-7 txn x=2",
			level: checker.SnapshotIsolation, repeatable: true, class: "lost update", says: "both read x = nothing and both overwrote it",
		},
		{
			// Each misses what the other one wrote, and both wrote z. Whichever was first, the other began before it committed.
			name: "two transactions that missed each other write one key", ops: "0 1-9 si x= y+1 z+1\n1 2-10 si y= x+1 z+2\n2 11-12 txn z=1",
			level: checker.SnapshotIsolation, class: "G-single", repeatable: true,
			says: "transaction #0 by client 0 and transaction #1 by client 1 both wrote z, and neither can have been first. " +
				"If T0 was, there is a cycle, each before the next: T0 wrote z before T1 did; " +
				"T1 read y = nothing, which T0 overwrote. If T1 was: T1 wrote z before T0 did; T0 read x = nothing, which T1 overwrote",
		},
		{
			name: "two transactions each miss the other's write", ops: "0 1-9 txn x= y+1\n1 2-10 txn y= x+1", level: checker.Serializable,
			repeatable: true, class: "G2-item", says: "write skew: a cycle of 2 transactions",
		},
		{
			name: "two scans each miss what the other transaction wrote",
			ops:  "0 1-9 scan y=1\n1 2-10 txn x+1\n2 3-11 txn y+1\n3 4-12 scan x=1", level: checker.SnapshotIsolation, class: "G-nonadjacent",
		},
		{
			name: "a write that was answered is not read", ops: "0 1-2 txn x+1\n1 3-4 txn x=", level: checker.StrictSerializable,
			class: "G-single-realtime", says: "stale read",
		},
		{
			name: "a write comes back after it was overwritten", ops: "0 1-2 txn x+1\n0 3-4 txn x+2\n0 5-6 txn x=2\n1 7-8 txn x=1",
			level: checker.StrictSerializable, class: "G-single-realtime", says: "",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			must := func(level checker.Level, fails bool) {
				r := checker.RegisterIsolation(t.Context(), registers(t, row.ops), nil, level, checker.Limits{})
				if !fails {
					require.Equal(t, checker.Pass, r.Verdict, "%s: %s %v", level, r.Reason, r.Violations)
					return
				}
				require.Equal(t, checker.Fail, r.Verdict, "%s: %s", level, r.Reason)
				require.Equal(t, row.class, r.Violations[0].Class, "%s: %v", level, r.Violations)
				require.Contains(t, r.Violations[0].Sentence, row.says)
				require.NotEmpty(t, r.Violations[0].Ops)
			}
			fails := false
			for _, level := range fromReadUncommitted {
				fails = fails || level == row.level
				if fails && row.class == "G-single" && row.level == checker.MonotonicAtomicView {
					row.says = "" // the class is that of the first level that forbids the history
				}
				must(level, fails)
			}
			must(checker.RepeatableRead, row.repeatable)
		})
	}
}

func TestRegisterIsolationTriesAllWritersOfAValue(t *testing.T) {
	for _, row := range []struct {
		name, ops string
		initial   *history.State
		says      string
	}{
		{name: "a read may have seen either of two transactions", ops: "0 1-2 txn x+1 y+1\n1 3-4 txn x+1 y+2\n2 5-6 txn x=1 y=2"},
		{name: "the start may be what was read", ops: "0 1-2 txn x+2\n0 3-4 txn x+1\n1 5-6 txn x=1", initial: pairs("x=1")},
		{
			name: "none of them can be", ops: "0 1-2 txn x+1 y+1\n1 3-4 txn x+1 y+2\n0 5-6 txn x+2\n2 7-8 txn x=1 y=2",
			says: "no order of 4 transactions explains what they read at the level strict serializable, whichever of the writers of one " +
				"value each of them saw (2 possibilities were tried)",
		},
		{name: "an open one can be", ops: "0 1-? txn x+1\n1 3-4 txn x+1\n1 5-6 txn x+2\n1 7-8 txn x=1"},
		{
			name: "an open one cannot be, by what it read", ops: "0 1-2 txn/unknown y=7 x+1\n1 3-4 txn x+1\n1 5-6 txn x+2\n1 7-8 txn x=1",
			says: "transaction #0 by client 0 read y = 7, which nobody wrote",
		},
		{
			name: "real time leaves one of many writers, whatever their order",
			ops:  "0 1-2 txn x+1\n1 3-4 txn x+1\n0 5-6 txn x+1\n1 7-8 txn x+1\n0 9-10 txn x=1\n1 11-12 txn x+2\n0 13-14 txn x=2",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := checker.RegisterIsolation(t.Context(), registers(t, row.ops), row.initial, checker.StrictSerializable, checker.Limits{})
			if row.says == "" {
				require.Equal(t, checker.Pass, r.Verdict, "%s %v", r.Reason, r.Violations)
				return
			}
			require.Equal(t, checker.Fail, r.Verdict, r.Reason)
			require.Contains(t, r.Violations[0].Sentence, row.says)
		})
	}
}

// Each of many reads may have seen any of several writers. The last one contradicts what is certain, whatever the others saw.
func TestRegisterIsolationRefutesOneOfManyAmbiguousReadsOnce(t *testing.T) {
	ops := strings.Builder{}
	for i := range 24 {
		at := 10 * i
		fmt.Fprintf(&ops, "0 %d-%d txn k%d+1\n1 %d-%d txn k%d+1\n2 %d-%d txn k%d=1\n", at, at+3, i, at+1, at+4, i, at+2, at+5, i)
	}
	bad := "0 1001-1002 txn x+1 y+1\n1 1003-1004 txn x+1 y+2\n0 1005-1006 txn x+2\n2 1007-1008 txn x=1 y=2"
	limits := checker.Limits{Steps: 200_000}
	r := checker.RegisterIsolation(t.Context(), registers(t, ops.String()), nil, checker.StrictSerializable, limits)
	require.Equal(t, checker.Pass, r.Verdict, r.Reason)
	r = checker.RegisterIsolation(t.Context(), registers(t, ops.String()+bad), nil, checker.StrictSerializable, limits)
	require.Equal(t, checker.Fail, r.Verdict, r.Reason)
}

func TestRegisterIsolationSaysWhatItCannotJudge(t *testing.T) {
	many := strings.Builder{}
	for i := range 12 {
		fmt.Fprintf(&many, "%d %d-%d txn x+%d y+%d z+1\n", i, i+1, 100+i, i, i)
	}
	for i := range 6 {
		fmt.Fprintf(&many, "%d %d-%d txn x=%d z=1 y=%d\n", 20+i, 20+i, 120+i, i, 11-i)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name, ops, reason string
		ctx               context.Context
		limits            checker.Limits
	}{
		{name: "calls out of order", ops: "0 3-4 txn x+1\n0 1-2 txn x=1", reason: "was called at tick"},
		{name: "the budget runs out", ops: many.String(), reason: "given up after 20 steps", limits: checker.Limits{Steps: 20}},
		{name: "the context is canceled", ops: many.String(), reason: "given up: context canceled", ctx: canceled},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx := t.Context()
			if row.ctx != nil {
				ctx = row.ctx
			}
			r := checker.RegisterIsolation(ctx, registers(t, row.ops), nil, checker.ReadCommitted, row.limits)
			require.Equal(t, checker.Inconclusive, r.Verdict, "%v", r.Violations)
			require.Contains(t, r.Reason, row.reason)
		})
	}
	r := checker.RegisterIsolation(t.Context(), parse(t, "0 1-2 increment x+1"), nil, checker.Serializable, checker.Limits{})
	require.Equal(t, checker.Inconclusive, r.Verdict)
	require.Contains(t, r.Reason, "does not say what the key holds afterwards")
}

// TestRegisterIsolationOfSimulations treats the lists of a simulation as values of registers, which makes them unique.
func TestRegisterIsolationOfSimulations(t *testing.T) {
	parameters := gopter.DefaultTestParameters()
	parameters.Workers, parameters.MinSuccessfulTests = 1, 60
	properties := gopter.NewProperties(parameters)
	judge := func(s *listStore) checker.Result {
		return checker.RegisterIsolation(t.Context(), s.ops, nil, checker.StrictSerializable, checker.Limits{})
	}
	simulated := func(seed uint64) *listStore {
		rng := rand.New(rand.NewPCG(seed, 1))
		return simulateLists(rng, 1+rng.IntN(6), 20+rng.IntN(200))
	}
	properties.Property("a correct store passes", prop.ForAll(func(seed uint64) string {
		if r := judge(simulated(seed)); r.Verdict != checker.Pass {
			return r.Reason + fmt.Sprint(r.Violations)
		}
		return ""
	}, gen.UInt64()))
	for _, p := range plants {
		properties.Property(p.name, prop.ForAll(func(seed uint64) bool {
			s := simulated(seed)
			return !p.plant(s) || judge(s).Verdict == checker.Fail
		}, gen.UInt64()))
	}
	properties.TestingRun(t)
}
