package faultfs_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// What the conformance suite cannot test, because it cannot write to the root of an operating system.
func TestSymlinksKnowTheRoot(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	require.NoError(t, fs.MkdirAll("d/e", 0o777))
	put(t, create(t, fs, "a"), 'a', 0, 3)
	for _, target := range []string{"/a", "//./a", "/d/../a", "../../a", "../../../../../a", "/d/e/../../a"} {
		require.NoError(t, fs.SymlinkIfPossible(target, "d/e/s"))
		require.Equal(t, "a3", fsView{fs}.read("d/e/s", 0, 3), target)
		require.NoError(t, fs.Remove("d/e/s"))
	}
	require.NoError(t, fs.SymlinkIfPossible("/", "d/root"))
	require.Equal(t, fsView{fs}.names("/"), fsView{fs}.names("/d/root/d/root"))
	require.ErrorIs(t, fs.Rename("d", "d/root/d/e/x"), syscall.EINVAL)
}

// A path that leads through a symbolic link of an undecided image decides that link, and what it meets beyond it.
func TestPathsDecideTheSymlinksOnTheirWay(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	require.NoError(t, fs.Mkdir("old", 0o777))
	put(t, create(t, fs, "old/f"), 'o', 0, 3)
	require.NoError(t, fs.Mkdir("new", 0o777))
	put(t, create(t, fs, "new/f"), 'n', 0, 3)
	require.NoError(t, fs.SymlinkIfPossible("old", "current"))
	syncAll(t, fs)
	require.NoError(t, fs.SymlinkIfPossible("new", "tmp"))
	require.NoError(t, fs.Rename("tmp", "current"))
	create(t, fs, "bystander")
	seen := set{}
	leaves := search(faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now()), func(img *faultfs.FS) {
		seen[fsView{img}.read("current/f", 0, 3)] = true
	})
	require.Equal(t, set{"o3": true, "n3": true}, seen)
	require.Equal(t, 2, leaves)
}
