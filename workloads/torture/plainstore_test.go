package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// plain has only the methods that every store must have.
type plain struct{ workloads.Store }

// TestAStoreNeedsOnlyFourMethods runs a store without transactions and other optional methods, which does not create its own
// directory. It passes everything that asks for no more.
func TestAStoreNeedsOnlyFourMethods(t *testing.T) {
	o := toyOptions("power")
	o.Workloads, o.Rounds, o.CrashPoints = []string{"kv"}, 1, 12
	target := toy.Target(toy.Correct)
	target.Promises.MakesDir = false
	target.Open = func(env Env) (workloads.Store, error) {
		if _, err := env.FS.Stat(env.Dir); err != nil {
			return nil, err // the caller creates the directory
		}
		s, err := toy.Open(env, toy.Correct)
		if err != nil {
			return nil, err
		}
		return plain{s}, nil
	}
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	assert.Positive(t, r.Images)
	_, begins := any(plain{}).(workloads.Transactor)
	assert.False(t, begins)
}

// TestAnEngineThatPromisesToCreateItsDirectoryMust runs an engine that creates its directory without syncing the parent.
func TestAnEngineThatPromisesToCreateItsDirectoryMust(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power")
	o.Clients, o.Rounds, o.NoShrink = 1, 1, true
	for promised, want := range map[bool]checker.Verdict{true: checker.Fail, false: checker.Pass} {
		target := toy.Target(toy.NoParentSync)
		target.Promises.MakesDir = promised
		r, err := Check(t.Context(), target, o)
		require.NoError(t, err)
		require.Equal(t, want, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	}
}
