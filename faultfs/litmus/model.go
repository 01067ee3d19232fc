package litmus

import (
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Model returns all outcomes that the crash model allows under a profile. It runs the program on its own disk and
// examines every image that a power cut at its end can leave.
func Model(p Program, profile faultfs.Profile) (Set, error) {
	return ModelOn(p, faultfs.Model{Profile: profile})
}

// ModelOn is Model for a profile on a device. The files say nothing about devices.
func ModelOn(p Program, model faultfs.Model) (Set, error) {
	disk := faultfs.New(faultfs.Options{})
	if err := p.Setup(disk); err != nil {
		return nil, err
	}
	seen, err := p.Run(failing{disk, failures[model.Profile.Name]})
	if err != nil {
		return nil, err
	}
	var all []string
	point := faultfs.NewTimeline(disk, model, 0).Advance(disk.Now())
	_, err = faultfs.Explore(point, faultfs.ImageOptions{}, func(img *faultfs.FS) error {
		state, err := State(img)
		all = append(all, Outcome(seen, state))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", p.ID, model.Profile.Name, err)
	}
	return newSet(all), nil
}

// failing is a disk of the model that fails on demand, as the filesystem of the profile would.
type failing struct {
	*faultfs.FS
	as faultfs.Failure
}

// failures maps each profile that stands for a filesystem to the way in which that filesystem fails.
var failures = map[string]faultfs.Failure{
	"ext4-ordered": faultfs.Ext4Ordered, "ext4-writeback": faultfs.Ext4Ordered, "ext4-journal": faultfs.Ext4Journal,
	"xfs": faultfs.XFS, "btrfs": faultfs.Btrfs,
}

// FailSync makes one sync fail.
func (f failing) FailSync(_ string, sync func() error) error {
	f.SetRules(&faultfs.Rule{Effect: faultfs.FailedSync, Op: faultfs.OpSync, As: f.as})
	defer f.SetRules()
	return sync()
}

// Evict drops the clean pages of a file, by means of a read that a fault hits.
func (f failing) Evict(name string) error {
	f.SetRules(&faultfs.Rule{Effect: faultfs.Evict, Op: faultfs.OpRead})
	defer f.SetRules()
	_, err := afero.ReadFile(f.FS, name)
	return err
}

// Verdict compares what the model leaves with what a program's file lists.
type Verdict struct {
	Profile  string `json:"profile"`
	Outcomes int    `json:"outcomes"`          // number of outcomes in the file
	Missing  Set    `json:"missing,omitempty"` // in the file but never left by the model
	Extra    Set    `json:"extra,omitempty"`   // left by the model but not in the file
}

// Right reports whether model and file agree.
func (v *Verdict) Right() bool { return len(v.Missing) == 0 && len(v.Extra) == 0 }

// Check compares the model with the file for one program and one profile. If the file does not mention the profile,
// every outcome is Extra.
func Check(p Program, profile faultfs.Profile) (Verdict, error) {
	model, err := Model(p, profile)
	if err != nil {
		return Verdict{}, err
	}
	want, _ := p.Allowed(profile.Name)
	return Verdict{profile.Name, len(want), want.Without(model), model.Without(want)}, nil
}
