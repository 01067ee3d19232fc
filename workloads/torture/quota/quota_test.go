package quota

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMissingNamesWhatACellLacks(t *testing.T) {
	t.Parallel()
	all := Owed{Points: 8, Fault: true, Behind: true, Stake: true}
	whole := Done{Runs: 1, Points: 8, Images: 9, Injected: 1, Committed: 1, Behind: 1, AtStake: 1, Open: 1}
	for want, spoil := range map[string]func(o *Owed, d *Done){
		"":                                       func(*Owed, *Done) {},
		"it never ran":                           func(_ *Owed, d *Done) { *d = Done{} },
		"no crash image was recovered":           func(_ *Owed, d *Done) { d.Images = 0 },
		"its fault was never injected":           func(_ *Owed, d *Done) { d.Injected = 0 },
		"no commit of a client was acknowledged": func(_ *Owed, d *Done) { d.Committed = 0 },
		"no explored crash came after a commit that had to survive it": func(_ *Owed, d *Done) { d.Behind = 0 },
		"only 7 of the 8 required crash points were explored":          func(_ *Owed, d *Done) { d.Points = 7 },
		"nothing was pending at any explored crash":                    func(_ *Owed, d *Done) { d.AtStake = 0 },
	} {
		o, d := all, whole
		spoil(&o, &d)
		assert.Equal(t, want, o.Missing(&d))
	}
	for name, forgive := range map[string]func(o *Owed, d *Done){
		"no fault is owed":                              func(o *Owed, d *Done) { o.Fault, d.Injected = false, 0 },
		"nothing has to survive":                        func(o *Owed, d *Done) { o.Behind, d.Behind = false, 0 },
		"nothing can be pending":                        func(o *Owed, d *Done) { o.Stake, d.AtStake = false, 0 },
		"nothing is ever pending, as every image shows": func(_ *Owed, d *Done) { d.AtStake, d.Open = 0, 0 },
	} {
		o, d := all, whole
		forgive(&o, &d)
		assert.Empty(t, o.Missing(&d), name)
	}
}

func TestAQuotaIsMetWhenEverythingIsDone(t *testing.T) {
	t.Parallel()
	var q Quota
	owed := Owed{Points: 8, Behind: true}
	q.Add(&owed, &Done{Runs: 1, Points: 30, Images: 99, Committed: 1, Behind: 7})
	assert.Equal(t, Quota{Cells: Share{1, 1}, CrashPoints: Share{8, 8}, Commits: Share{1, 1}}, q)
	assert.True(t, q.Met())
	q.Add(&owed, &Done{Runs: 1, Points: 5, Images: 20, Committed: 1})
	assert.Equal(t, Quota{Cells: Share{1, 2}, CrashPoints: Share{13, 16}, Commits: Share{1, 2}}, q)
	assert.False(t, q.Met())
	assert.Equal(t, "1 of 2 cells, 13 of 16 crash points, 0 of 0 profiles, 0 of 0 goals", q.String())
}
