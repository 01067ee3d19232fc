package record

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// Goroutines of a hanging engine are found by the names of functions of the lab, which must not change unnoticed.
func TestAHangShowsWhereTheEngineIs(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 1, Size: workloads.Size{Clients: 1, Ops: 1}})
	require.NoError(t, err)
	release := make(chan struct{})
	defer close(release)
	target := toy.Target(toy.Correct)
	target.Open = func(env contract.Env) (workloads.Store, error) {
		<-release
		return toy.Open(env, toy.Correct)
	}
	r := Run(t.Context(), target, p, 100*time.Millisecond)
	require.Len(t, r.Problems, 1)
	require.Equal(t, "hang", r.Problems[0].Class)
	require.Contains(t, strings.Join(r.Problems[0].Evidence, "\n"), "hang_test.go")
}
