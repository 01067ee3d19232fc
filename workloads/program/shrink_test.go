package program_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// The search sees only one late crash point and only the image that lost everything. The finding is shrunk to an earlier crash
// with a single loss.
func TestAFindingIsShrunk(t *testing.T) {
	t.Parallel()
	n := notes{dirSync: true, recovered: new(int), count: 6}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	result, err := program.Explore(t.Context(), rec, n, program.Options{Limits: program.Limits{Points: 1, Images: 1}})
	require.NoError(t, err)
	require.Len(t, result.Findings, 1)
	s := result.Findings[0].Shrunk
	require.NotNil(t, s)
	t.Log(s.Sentence)
	assert.True(t, s.Least)
	assert.Greater(t, s.FromLost, 1)
	assert.Equal(t, 1, s.Lost)
	assert.Len(t, result.Findings[0].Lost, 1)
	assert.Less(t, s.Tick, s.FromTick)
	assert.Equal(t, s.Tick, result.Findings[0].Tick)
	assert.Equal(t, result.Findings[0].ShownOf, result.Findings[0].Shown)
}

// A crash right after the create of a note fails without any loss. The search tries only one crash point, after the write, where it
// takes the loss of the write. The finding is shrunk to the crash that loses nothing, which killing the program leaves, too.
func TestALossThatAmountsToAnEarlierCrashIsLeftOut(t *testing.T) {
	t.Parallel()
	n := notes{fileSync: true, dirSync: true, inPlace: true, recovered: new(int), count: 2}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	result, err := program.Explore(t.Context(), rec, n, program.Options{Limits: program.Limits{Points: 1}})
	require.NoError(t, err)
	require.Len(t, result.Findings, 1)
	f := result.Findings[0]
	require.NotNil(t, f.Shrunk)
	assert.Equal(t, "no loss in place of 1, and a power cut at tick 6 in place of 7", f.Shrunk.Sentence)
	assert.Equal(t, "fails", f.Profiles["lose-none"], f.ProfilesSentence)
	assert.Equal(t, f.ShownOf, f.Shown)
}
