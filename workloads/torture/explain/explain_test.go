package explain

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// subjectOf records a small run of a toy store.
func subjectOf(t *testing.T, bug toy.Bug) *explore.Subject { return subjectOfSize(t, bug, 6) }

// subjectOfSize records a run with the given number of operations.
func subjectOfSize(t *testing.T, bug toy.Bug, ops int) *explore.Subject {
	t.Helper()
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: ops},
	})
	require.NoError(t, err)
	target := toy.Target(bug)
	return explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
}

func TestNoExplanationWhereNothingFails(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	ticks := s.Recording.CrashTicks()
	f := explore.Failure{Judge: "durability", Tick: ticks[len(ticks)-1]}
	f.Class = "lost"
	require.Nil(t, Explain(t.Context(), s, &f))
}

// A recording is evidence: judging, exploring and explaining must not change it.
func TestNothingWritesToARecording(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.NoFileSync)
	text := func() string {
		r := s.Recording
		data, err := json.Marshal([]any{r.Plan.Spec, r.Plan.Script, r.Plan.RuleTexts(), r.Trace, r.History, r.Injected, r.Problems})
		require.NoError(t, err)
		return string(data)
	}
	planned, before := *s.Recording.Plan, text()
	s.Judges.Live(t.Context())
	found := explore.Explore(t.Context(), explore.NewRequest(s))
	require.NotEmpty(t, found.Failures)
	for i := range found.Failures {
		f := &found.Failures[i]
		Explain(t.Context(), s, f)
		require.Equal(t, ProfileFails, Profiles(t.Context(), s, f)["posix-min"])
	}
	require.Equal(t, before, text())
	require.Equal(t, planned.Model, s.Recording.Plan.Model)
	require.Equal(t, [2]int{planned.Nest, planned.Points}, [2]int{s.Recording.Plan.Nest, s.Recording.Plan.Points})
}
