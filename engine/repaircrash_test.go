package engine_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// TestPowerCutsDuringRepair cuts the power at every tick of a repair and repairs what is left, with the same result.
func TestPowerCutsDuringRepair(t *testing.T) {
	oneGoroutine(t)
	t.Run("of a table", func(t *testing.T) { cutPowerDuringRepair(t, noBlobs, "*.sst") })
	t.Run("of a blob file", func(t *testing.T) { cutPowerDuringRepair(t, allBlobs, "*.blob") })
}

func cutPowerDuringRepair(t *testing.T, blobValueBytes int, pattern string) {
	t.Helper()
	fsys := faultfs.New(faultfs.Options{})
	h := newHistory(t, fsys, blobValueBytes)
	change(t, fsys, largest(t, fsys, pattern), flip(3000))
	table := find(t, fsys, "*.sst")[0]
	content, err := afero.ReadFile(fsys, table)
	require.NoError(t, err)
	before := fsys.Now()
	want, err := engine.Repair("db", h.o)
	require.NoError(t, err)
	contents := h.judge(t, mustCrash(t, fsys, fsys.Now()), "uninterrupted")
	line := faultfs.NewTimeline(fsys, faultfs.Model{}, 0)
	finished := 0
	for tick := before; tick <= fsys.Now(); tick++ {
		point := line.Advance(tick)
		for try := range uint64(6) {
			image := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(tick*6 + try)})
			at := fmt.Sprintf("tick %d of %d..%d, try %d", tick, before, fsys.Now(), try)
			o := h.o
			o.FS = image
			report, err := engine.Repair("db", o)
			require.NoError(t, err, at)
			dir := report.LostDir
			if report.Damage == "" {
				finished++
				dir = want.LostDir
			}
			require.Equal(t, contents, h.judge(t, image, at), at)
			kept, err := afero.ReadFile(image, filepath.Join(dir, filepath.Base(table)))
			require.NoError(t, err, at)
			require.Equal(t, content, kept, at)
		}
	}
	require.Positive(t, finished)
}

func mustCrash(t *testing.T, fsys *faultfs.FS, tick uint64) *faultfs.FS {
	t.Helper()
	image, err := fsys.Crash(tick, faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
	require.NoError(t, err)
	return image
}

func TestEveryMutationOfARepairMayFail(t *testing.T) {
	oneGoroutine(t)
	t.Run("of a table", func(t *testing.T) { failDuringRepair(t, noBlobs, "*.sst") })
	t.Run("of a blob file", func(t *testing.T) { failDuringRepair(t, allBlobs, "*.blob") })
}

func failDuringRepair(t *testing.T, blobValueBytes int, pattern string) {
	t.Helper()
	whole := -1 // number of keys after a repair without a failure
	for n := -1; ; n++ {
		h := newHistory(t, afero.NewMemMapFs(), blobValueBytes)
		change(t, h.fs, largest(t, h.fs, pattern), flip(3000))
		fsys := newFaulty(h.fs, n)
		o := h.o
		o.FS = fsys
		_, err := engine.Repair("db", o)
		at := fmt.Sprintf("call %d", n)
		if n < 0 {
			require.NoError(t, err)
			whole = len(h.judge(t, h.fs, at))
			require.LessOrEqual(t, whole, len(h.last))
			require.Greater(t, whole, 110)
			continue
		}
		if !fsys.failed() {
			require.NoError(t, err)
			require.Greater(t, n, 20)
			return
		}
		require.ErrorIs(t, err, errInjected, at)
		_, err = engine.Repair("db", h.o)
		require.NoError(t, err, at)
		require.Len(t, h.judge(t, h.fs, at), whole)
	}
}
