package faultfs_test

import (
	"maps"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Until a nameless file is linked, a crash leaves nothing of it. After that its name is durable with its directory, and
// its bytes are durable with a sync of the file, whether it had a name by then or not.
func TestACrashLeavesOfANamelessFileWhatItsNameLeadsTo(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	const gone = "gone"
	for name, row := range map[string]struct {
		steps string // w: write, s: sync, l: link, d: sync of the directory
		want  map[string][]string
	}{
		"it is never linked":                {"ws", map[string][]string{"posix-min": {gone}, "xfs": {gone}, "lose-none": {gone}}},
		"it is synced and then linked":      {"wsl", map[string][]string{"posix-min": {gone, "bytes"}, "ext4-ordered": {gone, "bytes"}, "lose-all": {gone}}},
		"it is linked and then synced":      {"wls", map[string][]string{"posix-min": {gone, "bytes"}, "ext4-ordered": {"bytes"}, "xfs": {"bytes"}, "btrfs": {"bytes"}}},
		"its directory is synced, not it":   {"wld", map[string][]string{"posix-min": {"", "\x00\x00\x00\x00\x00", "bytes"}, "xfs": {"", "bytes"}}},
		"it is written after it was linked": {"ldw", map[string][]string{"posix-min": {"", "\x00\x00\x00\x00\x00", "bytes"}, "xfs": {"", "bytes"}}},
		"both are synced":                   {"wsld", map[string][]string{"posix-min": {"bytes"}, "btrfs": {"bytes"}, "lose-all": {"bytes"}}},
	} {
		for profile, want := range row.want {
			t.Run(name+" under "+profile, func(t *testing.T) {
				t.Parallel()
				fs := faultfs.New(faultfs.Options{})
				root, _ := fs.Inode(1)
				nameless, err := root.Nameless()
				require.NoError(t, err)
				f, err := nameless.Open(os.O_RDWR)
				require.NoError(t, err)
				for _, step := range row.steps {
					switch step {
					case 'w':
						_, err = f.Write([]byte("bytes"))
					case 's':
						err = f.Sync()
					case 'l':
						err = root.Link(nameless, "x")
					case 'd':
						syncPath(t, fs, "/")
					}
					require.NoError(t, err)
				}
				left := map[string]bool{}
				point := faultfs.NewTimeline(fs, modelNamed(t, profile), 0).Advance(fs.Now())
				_, err = faultfs.Explore(point, faultfs.ImageOptions{}, func(img *faultfs.FS) error {
					content := gone
					if slices.Contains(fsView{img}.names("/"), "x") {
						content = string(read(t, img, "x"))
					}
					left[content] = true
					return nil
				})
				require.NoError(t, err)
				assert.ElementsMatch(t, want, slices.Collect(maps.Keys(left)))
			})
		}
	}
}

func TestANamelessFileIsAFileOnceItIsLinked(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	root, _ := fs.Inode(1)
	dir, err := root.Mkdir("d")
	require.NoError(t, err)
	nameless, err := dir.Nameless()
	require.NoError(t, err)
	assert.Zero(t, nameless.Info().Links)
	names, err := dir.List()
	require.NoError(t, err)
	assert.Empty(t, names)
	require.NoError(t, root.Link(nameless, "x"))
	found, err := root.Lookup("x")
	require.NoError(t, err)
	assert.Equal(t, nameless.Info(), found.Info())
	assert.Equal(t, 1, found.Info().Links)
	require.NoError(t, root.Remove("d"))
	_, err = dir.Nameless()
	require.ErrorIs(t, err, syscall.ENOENT)
	full, err := faultfs.ParseRule("enospc create")
	require.NoError(t, err)
	fs.SetRules(full)
	_, err = root.Nameless()
	require.ErrorIs(t, err, syscall.ENOSPC)
}
