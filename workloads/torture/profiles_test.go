package torture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

func TestAPassCountsImagesPerProfile(t *testing.T) {
	sameRaces(t)
	o := toyOptions("power")
	o.Profile, o.Rounds = "", 1
	r := check(t, toy.Correct, o)
	require.Equal(t, checker.Pass, r.Verdict, "%v %+v", r.Reasons, r.Findings)
	points, images := 0, 0
	for _, p := range Profiles() {
		n := r.Profiles[p.Name]
		assert.Positive(t, n.Images, p.Name)
		assert.Positive(t, n.CrashPoints, p.Name)
		points, images = points+n.CrashPoints, images+n.Images
	}
	assert.Equal(t, []int{r.CrashPoints, r.Images}, []int{points, images})
	o.Profile = "xfs"
	assert.Len(t, check(t, toy.Correct, o).Profiles, 1, "a profile given in the options is the only one used")
}

func TestAProfileWithoutImagesIsReported(t *testing.T) {
	c, err := newCampaign(toy.Target(toy.Correct), Options{})
	require.NoError(t, err)
	for _, p := range Profiles() {
		c.figures.Profiles[p.Name] = ProfileCount{CrashPoints: 1, Images: 1}
	}
	require.Empty(t, c.unseenProfiles())
	c.figures.Profiles["btrfs"] = ProfileCount{}
	assert.Equal(t, []string{"no crash image was recovered under profile btrfs"}, c.unseenProfiles())
}

func TestAFindingSaysWhichProfilesItNeeds(t *testing.T) {
	sameRaces(t)
	for _, c := range []struct {
		name, fault, workload string
		bug                   toy.Bug
		fails, passes         []string
	}{
		{
			"an unsynced name is lost on profiles that keep names only after a sync of the directory", "power", "register", toy.NoDirSync,
			[]string{"posix-min"},
			[]string{"ext4-ordered", "ext4-writeback", "ext4-journal", "xfs", "btrfs", "lose-none"},
		},
		{
			"an unsynced log is lost on every profile except that of a killed process", "power", "register", toy.NoFileSync,
			[]string{"posix-min", "ext4-ordered", "ext4-writeback", "ext4-journal", "xfs", "btrfs", "lose-all"},
			[]string{"lose-none"},
		},
		{
			"a torn batch needs no loss", "power", "kv", toy.SplitBatch,
			[]string{"posix-min", "ext4-ordered", "ext4-journal", "xfs", "btrfs", "lose-none"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := toyOptions(c.fault)
			o.Workloads, o.Rounds = []string{c.workload}, 2
			r := check(t, c.bug, o)
			require.NotEmpty(t, r.Findings)
			f := r.Findings[0]
			require.Len(t, f.Profiles, len(Profiles()))
			for _, name := range c.fails {
				assert.Equal(t, explain.ProfileFails, f.Profiles[name], name)
			}
			for _, name := range c.passes {
				assert.Equal(t, explain.ProfilePasses, f.Profiles[name], name)
			}
			assert.Contains(t, f.ProfilesSentence, "posix-min")
			again, err := Replay(t.Context(), []Target{toy.Target(c.bug)}, f.Token, ReplayOptions{})
			require.NoError(t, err)
			require.True(t, again.Reproduced)
			assert.Equal(t, f.Profiles, again.Finding.Profiles)
		})
	}
}
