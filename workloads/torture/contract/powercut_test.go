package contract_test

import (
	"errors"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

var errGone = errors.New("a file is gone")

// written returns a power cut after two files were written and only the first one was synced, which demands the named ones.
func written(t *testing.T, profile faultfs.Profile, demanded ...string) contract.PowerCut {
	t.Helper()
	disk := faultfs.New(faultfs.Options{})
	for _, name := range []string{"a", "b"} {
		require.NoError(t, afero.WriteFile(disk, name, []byte(name), 0o666))
	}
	for _, name := range []string{"a", "/"} {
		f, err := disk.Open(name)
		require.NoError(t, err)
		require.NoError(t, f.Sync())
		require.NoError(t, f.Close())
	}
	return contract.PowerCut{Disk: disk, Model: faultfs.Model{Profile: profile}, Tick: disk.Now(), Holds: func(left *faultfs.FS, _ uint64) error {
		for _, name := range demanded {
			if content, err := afero.ReadFile(left, name); err != nil || string(content) != name {
				return errGone
			}
		}
		return nil
	}}
}

func TestAPowerCutTellsWhatItHadLost(t *testing.T) {
	for name, check := range map[string]func(*contract.PowerCut) error{"one": (*contract.PowerCut).Check, "all": (*contract.PowerCut).CheckAll} {
		profile := faultfs.LoseAll()
		if name == "all" {
			profile = faultfs.PosixMin()
		}
		durable, both := written(t, profile, "a"), written(t, profile, "a", "b")
		require.NoError(t, check(&durable), name)
		err := check(&both)
		require.ErrorIs(t, err, errGone, name)
		require.EqualError(t, err, errGone.Error(), name)
		var cut *contract.AfterPowerCut
		require.ErrorAs(t, err, &cut, name)
		require.NotEmpty(t, cut.Lost, name)
		cut.Model.Profile = faultfs.PosixMin() // on which nothing has to be lost
		require.ErrorIs(t, cut.Holds(cut.Point(cut.Tick).Losing(cut.Lost, faultfs.ImageOptions{}), cut.Tick), errGone, name)
		require.NoError(t, cut.Holds(cut.Point(cut.Tick).Losing(nil, faultfs.ImageOptions{}), cut.Tick), name)
	}
}
