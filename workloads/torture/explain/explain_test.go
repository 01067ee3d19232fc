package explain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestNoExplanationWhereNothingFails(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 6},
	})
	require.NoError(t, err)
	target := toy.Target(toy.Correct)
	s := explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
	ticks := s.Recording.CrashTicks()
	f := explore.Failure{Judge: "durability", Tick: ticks[len(ticks)-1]}
	f.Class = "lost"
	require.Nil(t, Explain(t.Context(), s, &f))
}
