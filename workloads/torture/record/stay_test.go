package record_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A store is examined for what it leaves behind under all limits that runs draw, once for each.
func TestAStoreIsExaminedOnceUnderTheSameLimits(t *testing.T) {
	opened := 0
	target := toy.Target(toy.Correct)
	open := target.Open
	target.Open = func(env contract.Env) (workloads.Store, error) { opened++; return open(env) }
	var stays record.Stays
	for _, c := range []struct {
		name     string
		spec     plan.Spec
		examines bool
	}{
		{"the first run", plan.Spec{Seed: 1, Size: workloads.Size{Clients: 1}}, true},
		{"a run with the same limits", plan.Spec{Seed: 2, Size: workloads.Size{Clients: 1}}, false},
		{"the first run with a limit", plan.Spec{Seed: 2, Size: workloads.Size{Clients: 1}, Limits: contract.Limits{"table": 512}}, true},
		{"the first run with several clients", plan.Spec{Seed: 3, Size: workloads.Size{Clients: 2}}, true},
		{"a second run with that limit", plan.Spec{Seed: 4, Size: workloads.Size{Clients: 1}, Limits: contract.Limits{"table": 512}}, false},
	} {
		c.spec.Workload, c.spec.Fault, c.spec.Profile, c.spec.Size.Ops, c.spec.Size.Keys = "register", "power", "posix-min", 2, 2
		p, err := plan.Resolve(c.spec)
		require.NoError(t, err)
		opened = 0
		require.Empty(t, stays.Run(t.Context(), target, p, time.Minute).Problems)
		assert.Equal(t, c.examines, opened > 20, "%s: opened %d times", c.name, opened)
	}
}

func TestEveryRunFindsWhatAStoreLeavesBehind(t *testing.T) {
	var stays record.Stays
	p, err := plan.Resolve(plan.Spec{Workload: "register", Fault: "power", Profile: "posix-min", Size: workloads.Size{Clients: 1, Ops: 2, Keys: 2}})
	require.NoError(t, err)
	for range 2 {
		assert.NotEmpty(t, stays.Run(t.Context(), toy.Target(toy.KeepsReaders), p, time.Minute).Problems)
	}
}
