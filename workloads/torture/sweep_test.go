package torture

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

func TestACorrectStorePassesTheSweep(t *testing.T) {
	sameRaces(t)
	r := check(t, toy.Correct, Options{Scenario: plan.SweepName})
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	require.Len(t, r.Cells, len(plan.Sweep()))
	for _, c := range r.Cells {
		hits := uint64(0)
		for _, n := range c.Injected {
			hits += n
		}
		assert.GreaterOrEqual(t, hits, uint64(c.Runs), "every run of %s injects its fault", c.Fault)
		assert.GreaterOrEqual(t, c.Runs, 9, "%s: there is a run for each sync, at least one per synced commit", c.Fault)
	}
}

func TestTheSweepFindsBugsThatNeedOneFaultInTheRightPlace(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name string
		bug  toy.Bug
		cell string
	}{
		{"a failed sync is retried, and its success is believed", toy.RetrySync, "failed once"},
		{"a write error is ignored", toy.IgnoreWriteError, "short once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := check(t, c.bug, Options{Scenario: plan.SweepName})
			require.Equal(t, checker.Fail, r.Verdict)
			var seen *Finding
			for i := range r.Findings {
				if f := &r.Findings[i]; f.ShowsIn(plan.SweepName, c.cell) {
					seen = f
				}
			}
			require.NotNil(t, seen, "%+v", r.Findings)
			require.Len(t, seen.Rules, 1)
			for range 2 {
				again, err := Replay(context.Background(), []Target{toy.Target(c.bug)}, seen.Token, ReplayOptions{})
				require.NoError(t, err)
				require.True(t, again.Reproduced)
				assert.Equal(t, seen.Fault, again.Finding.Fault)
				assert.Equal(t, seen.Rules, again.Finding.Rules)
			}
		})
	}
}

// In a short run with all workloads and faults, each common fault runs with each workload or its variant, and each rare fault
// with one workload.
func TestAShortRunCoversEveryFault(t *testing.T) {
	o := Options{}.withDefaults(&Target{Promises: Promises{Transactions: true}})
	met := map[string][]string{}
	for _, c := range cellsOf(o) {
		met[c.Result.Fault] = append(met[c.Result.Fault], c.Result.Workload)
	}
	common := map[string]int{}
	variants := 0
	for _, w := range workloads.All() {
		if w.Variant {
			variants++
		}
	}
	for _, f := range Faults() {
		fault, err := plan.FaultNamed(f.Name)
		require.NoError(t, err)
		want := len(o.Workloads) - variants
		if fault.Rare {
			want = 1
		}
		require.Len(t, met[f.Name], want, f.Name)
		for _, w := range met[f.Name] {
			if !fault.Rare {
				common[w]++
			}
		}
	}
	for _, w := range o.Workloads {
		require.Positive(t, common[w], w)
	}
	o.Workloads = []string{"bank-mixed"}
	require.Len(t, cellsOf(o), len(Faults()), "all faults of one workload run if they are requested")
}
