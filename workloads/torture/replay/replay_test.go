package replay

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestSavedEvidenceReplaysItsVeryImage(t *testing.T) {
	t.Parallel()
	p, err := plan.Resolve(plan.Spec{
		Workload: "kv", Fault: "power", Profile: "posix-min", Seed: 2, Size: workloads.Size{Clients: 1, Ops: 12, Keys: 4, ValueBytes: 100},
	})
	require.NoError(t, err)
	target := toy.Target(toy.NoChecksum)
	s := explore.NewSubject(target, record.Run(t.Context(), target, p, record.DefaultPatience), record.DefaultPatience)
	nested, all := 0, 0
	for _, f := range explore.Explore(t.Context(), explore.NewRequest(s)).Failures {
		file := filepath.Join(t.TempDir(), "saved"+evidence.Ext)
		saved := evidence.New(target.Name, s.Recording, &f, evidence.NewFinding(t.Context(), s, &f))
		require.NoError(t, saved.Save(file))
		_, err := fromFile(nil, file)
		require.ErrorIs(t, err, evidence.ErrOtherTarget)
		require.ErrorContains(t, err, "replay it in the test of that engine, with TORTURE_REPLAY="+file+" go test, or ")
		w, err := fromFile([]contract.Target{target}, file)
		require.NoError(t, err)
		r, err := w.saved.Recording()
		require.NoError(t, err)
		again := explore.NewSubject(target, r, record.DefaultPatience)
		found := w.crash(t.Context(), again)
		require.True(t, w.sees(found), f.Sentence)
		most := 1
		if f.Nested != nil {
			most, nested = 3, nested+1 // before it, and once as if the first crash had left it for good
		}
		assert.LessOrEqual(t, found.Tally.Images, most, f.Sentence)
		req := explore.NewRequest(again)
		req.Ticks = [][]uint64{{w.at.Tick}}
		all = max(all, explore.Explore(t.Context(), req).Tally.Images)
	}
	require.Positive(t, nested, "at least one finding needs a crash during recovery")
	require.Greater(t, all, 3, "some crash points have many images")
}
