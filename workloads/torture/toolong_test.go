package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/quota"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// A store that writes everything it has at each commit does not get through a large script. Smaller ones prove as much.
func TestRunsGetSmallerAfterOneThatTookTooLong(t *testing.T) {
	cutOff := func(o Options) (*campaign, *cell) {
		c, err := newCampaign(toy.Target(toy.Correct), o)
		require.NoError(t, err)
		c.cells[0].Owes, c.cells[0].Done = quota.Owed{Points: 8}, quota.Done{Runs: 1, Images: 20, Committed: 5, Points: 8}
		require.NoError(t, c.noteRecording(t.Context(), c.cells[0], &record.Recording{CutOff: true}))
		return c, c.cells[0]
	}
	t.Run("a cell that still meets its quota is complete", func(t *testing.T) {
		c, cell := cutOff(Options{})
		whole, smaller := chooseSize(c.opts, 7, 3), c.size(7, 3)
		assert.Less(t, smaller.Ops, whole.Ops)
		assert.Less(t, smaller.Keys, whole.Keys)
		assert.Equal(t, whole.Clients, smaller.Clients)
		cell.judge()
		assert.Empty(t, cell.Result.Reasons)
	})
	t.Run("a cell that does not meet its quota says why", func(t *testing.T) {
		_, cell := cutOff(Options{})
		cell.Owes.Points++
		cell.judge()
		assert.Regexp(t, "only 8 of the 9 required crash points .* at its time limit", cell.Result.Reasons)
	})
	t.Run("requested sizes are kept", func(t *testing.T) {
		c, cell := cutOff(Options{Ops: 60, Keys: 500})
		assert.Equal(t, chooseSize(c.opts, 7, 3), c.size(7, 3))
		cell.judge()
		assert.Regexp(t, "at its time limit", cell.Result.Reasons)
	})
}
