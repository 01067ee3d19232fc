package torture

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// forgetful is a toy that does not show a key.
type forgetful struct {
	*toy.Store
	key []byte
}

func (f *forgetful) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	return f.Store.Scan(from, to, func(key, value []byte) bool { return bytes.Equal(key, f.key) || visit(key, value) })
}

func (f *forgetful) Get(key []byte) ([]byte, bool, error) {
	if bytes.Equal(key, f.key) {
		return nil, false, nil
	}
	return f.Store.Get(key)
}

// secondForgets returns toys that forget a key when they are opened for the second time in one process. The disk stands for
// the process.
func secondForgets() Target {
	target, opened := toy.Target(toy.Correct), &sync.Map{}
	target.Open = func(env Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		if err != nil {
			return nil, err
		}
		if _, again := opened.LoadOrStore(env.FS, true); again {
			return &forgetful{s, []byte("fill00000")}, nil
		}
		return s, nil
	}
	return target
}

// A recovery with a fault is compared with one without. If the latter fails too, the fault is not to blame, but the failure
// counts.
func TestAStoreThatFailsWhenReopenedIsFound(t *testing.T) {
	sameRaces(t)
	t.Parallel()
	target, o := secondForgets(), toyOptions("power")
	o.Keys = 20
	r, err := Check(t.Context(), target, o)
	require.NoError(t, err)
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Judge == explore.ReopeningJudge })
	require.GreaterOrEqual(t, i, 0, "%+v", r.Findings)
	f := r.Findings[i]
	assert.Regexp(t, "(?i)^opened again in the same process after its recovery: commit #0 .* is (there only in part|missing)", f.Sentence)
	assert.NotNil(t, f.Explanation)
	again, err := Replay(t.Context(), []Target{target}, f.Token, ReplayOptions{})
	require.NoError(t, err)
	assert.True(t, again.Reproduced)
}
