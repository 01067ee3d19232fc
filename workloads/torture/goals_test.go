package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestSituations(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	require.NoError(t, fs.Mkdir("db", 0o777)) // tick 1
	f, err := fs.Create("db/1.log")           // 2
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 300)) // 3: one sector
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 300)) // 4: two
	require.NoError(t, err)
	require.NoError(t, f.Sync())                        // 5
	require.NoError(t, syncDir(fs, "db"))               // 6
	require.NoError(t, fs.Rename("db/1.log", "db/2.x")) // 7
	for _, c := range []struct {
		name  string
		watch func() func(*faultfs.Op) bool
		ticks []uint64
	}{
		{"a write that is not synced", Between("write *.log", "sync *.log"), []uint64{3, 4}},
		{"the write of another file", Between("write *.sst", "sync *.sst"), nil},
		{"a name that is not durable", Between("create *.log", "sync ."), []uint64{2, 3, 4, 5}},
		{"a write of two sectors", Torn("*.log"), []uint64{4}},
		{"a write of two sectors to another file", Torn("*.sst"), nil},
		{"one file", Several("*.log", 1), []uint64{2, 3, 4, 5, 6}},
		{"two files", Several("*.log", 2), nil},
	} {
		var ticks []uint64
		hits := situations([]Goal{{Watch: c.watch}}, fs.Trace())
		for tick := uint64(1); tick <= fs.Now(); tick++ {
			if len(hits[tick]) > 0 {
				ticks = append(ticks, tick)
			}
		}
		assert.Equal(t, c.ticks, ticks, c.name)
	}
}

func TestAGoalThatIsMissedMakesTheDefaultRunInconclusive(t *testing.T) {
	t.Parallel()
	target := toyTarget(correct)
	target.Goals = []Goal{{Name: "never", Text: "it cannot happen", Watch: Between("write *.sst", "sync *.sst")}}
	c, err := newCampaign(target, Options{})
	require.NoError(t, err)
	for i := range c.goals[:len(c.goals)-1] {
		c.goals[i].Points = 1
	}
	assert.Equal(t, []string{"goal never was not reached: it cannot happen"}, c.missed())
	c.goals[len(c.goals)-1].Points = 1
	assert.Empty(t, c.missed())

	narrowed, err := newCampaign(target, Options{Ops: 3})
	require.NoError(t, err)
	assert.Empty(t, narrowed.missed(), "a run that is narrowed down may have no way to its goals")
}

func TestGoalsAreCounted(t *testing.T) {
	t.Parallel()
	result, err := Check(t.Context(), toyTarget(correct), Options{Workloads: []string{"kv"}, Faults: []string{"power"}, Rounds: 1, Clients: 1, Ops: 8})
	require.NoError(t, err)
	require.Equal(t, "unsynced-write", result.Goals[0].Name)
	assert.Positive(t, result.Goals[0].Points)
	assert.Less(t, result.Goals[0].Points, result.CrashPoints)
}
