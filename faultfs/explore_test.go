package faultfs_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// pendingNames returns a crash point with two names pending.
func pendingNames(t *testing.T) *faultfs.CrashPoint {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	create(t, fs, "a")
	create(t, fs, "b")
	return faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
}

// A visit that looks at other things than the previous one, although both saw the same, is reported, because the search
// would then prove nothing.
func TestExploreDetectsDivergingVisits(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(visit int, img fsView){
		"at something else": func(visit int, img fsView) { img.size([]string{"a", "b"}[visit%2]) },
		"at less": func(visit int, img fsView) {
			if visit == 0 {
				img.names("/")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visits := 0
			_, err := faultfs.Explore(pendingNames(t), faultfs.ImageOptions{}, func(img *faultfs.FS) error {
				look(visits, fsView{img})
				visits++
				return nil
			})
			require.ErrorIs(t, err, faultfs.ErrDiverged)
			require.Equal(t, 2, visits)
		})
	}
}

func TestExploreEndsWithTheErrorOfAVisit(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	images, err := faultfs.Explore(pendingNames(t), faultfs.ImageOptions{}, func(img *faultfs.FS) error {
		if len(fsView{img}.names("/")) == 1 {
			return enough
		}
		return nil
	})
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, images, "those that were visited without an error")
}
