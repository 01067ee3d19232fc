package torture

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func lifecycleOptions(clients int, faults ...string) Options {
	return Options{
		Workloads: []string{"lifecycle"}, Faults: faults, Profile: "posix-min", Rounds: 3, Clients: clients, Ops: 30, Keys: 30,
		Seed: 7, CrashPoints: 12,
	}
}

func TestACorrectStoreLivesItsWholeLife(t *testing.T) {
	for _, clients := range []int{1, 3} {
		r := check(t, toy.Correct, lifecycleOptions(clients, "power", "killed", "eio", "eviction"))
		assert.Equal(t, checker.Pass, r.Verdict, "%d clients: %v %+v", clients, r.Reasons, r.Findings)
	}
}

func TestEveryBugOfAdministrationIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		bug   toy.Bug
		class string
	}{
		{"a checkpoint lacks a key", toy.CopiesTooLittle, "reads: stale read"},
		{"a second opener is let in", toy.LetsOthersIn, "administration: second opener"},
		{"a read-only store writes", toy.TrimsReadOnly, "administration: read-only"},
		{"a checkpoint is not synced", toy.CopiesUnsynced, "copy differs"},
		{"the last commit is lost when the store is closed", toy.ForgetsAtClose, "reads: stale read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := check(t, c.bug, lifecycleOptions(1, "power"))
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			var classes []string
			for _, f := range r.Findings {
				classes = append(classes, f.Class)
			}
			require.Contains(t, classes, c.class)
			replayed, err := Replay(context.Background(), []Target{toy.Target(c.bug)}, r.Findings[0].Token, ReplayOptions{Attempts: 1})
			require.NoError(t, err)
			assert.Equal(t, 1, replayed.Hits, "%s", r.Findings[0].Token)
		})
	}
}
