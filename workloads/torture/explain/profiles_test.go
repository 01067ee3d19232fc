package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

func TestProfilesSentence(t *testing.T) {
	all := func(what string) map[string]string {
		m := map[string]string{}
		for _, p := range plan.Profiles() {
			m[p.Name] = what
		}
		return m
	}
	assert.Empty(t, ProfilesSentence(nil))
	assert.Equal(t, "Fails on every profile.", ProfilesSentence(all(ProfileFails)))
	one := all(ProfilePasses)
	one["xfs"] = ProfileFails
	assert.Contains(t, ProfilesSentence(one), "Fails on xfs only: no image near this crash point fails on posix-min, ext4-ordered,")
	one["btrfs"], one["lose-all"] = ProfileFails, ProfileUntried
	assert.Regexp(t, `^Fails on xfs and btrfs; passes on posix-min, .*; not tried on lose-all\.$`, ProfilesSentence(one))
}
