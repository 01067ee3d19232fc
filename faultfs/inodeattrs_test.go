package faultfs_test

import (
	"fmt"
	"hash/maphash"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// xattrs returns the extended attributes of a file or directory as text, or "gone" if it has no name.
func xattrs(t *testing.T, fs *faultfs.FS, name string) string {
	t.Helper()
	i, _ := fs.Inode(1)
	if name != "" {
		var err error
		if i, err = i.Lookup(name); err != nil {
			return "gone"
		}
	}
	var all []string
	for _, name := range i.Xattrs() {
		value, ok := i.Xattr(name)
		require.True(t, ok)
		all = append(all, fmt.Sprintf("%s=%s", name, value))
	}
	return strings.Join(all, " ")
}

// The file x is durable, without attributes. Each step changes something: 1 and 2 set the attribute a to that value, b sets
// another one, - removes a, w writes to the file, n makes a file beside it, and s, N and d sync x, n and the directory.
// An outcome has the attributes, then "+" if the write is there, and "n" if that file is.
func TestACrashLeavesTheAttributesThatASyncOfTheFileMadeDurable(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for steps, row := range map[string]map[string][]string{
		"1":   {"posix-min": {"", "a=1"}, "ext4-ordered": {"", "a=1"}, "lose-none": {"a=1"}, "lose-all": {""}},
		"12":  {"posix-min": {"", "a=1", "a=2"}, "xfs": {"", "a=1", "a=2"}},
		"1b":  {"posix-min": {"", "a=1", "b=", "a=1 b="}, "ext4-ordered": {"", "a=1", "a=1 b="}, "xfs": {"", "a=1", "a=1 b="}},
		"1s":  {"posix-min": {"a=1"}, "ext4-ordered": {"a=1"}, "xfs": {"a=1"}, "btrfs": {"a=1"}, "lose-all": {"a=1"}},
		"1d":  {"posix-min": {"", "a=1"}},
		"1s2": {"posix-min": {"a=1", "a=2"}},
		"1s-": {"posix-min": {"", "a=1"}, "late-removals": {"a=1"}},
		"1-s": {"posix-min": {""}, "ext4-ordered": {""}},
		"1w":  {"posix-min": {"", "a=1", "+", "a=1+"}},
		"w1s": {"posix-min": {"a=1+"}, "btrfs": {"a=1+"}},
		"1nd": {"posix-min": {"n", "a=1n"}, "ext4-ordered": {"a=1n"}, "xfs": {"a=1n"}},
		"1nN": {"posix-min": {"", "a=1", "n", "a=1n"}, "ext4-ordered": {"a=1n"}},
	} {
		for profile, want := range row {
			t.Run(steps+" under "+profile, func(t *testing.T) {
				t.Parallel()
				fs := faultfs.New(faultfs.Options{})
				f := create(t, fs, "x")
				put(t, f, 'o', 0, 5)
				syncAll(t, fs)
				root, _ := fs.Inode(1)
				x, err := root.Lookup("x")
				require.NoError(t, err)
				for _, step := range steps {
					switch step {
					case '1', '2':
						err = x.SetXattr(faultfs.Attr{Name: "a", Value: []byte(string(step))})
					case 'b':
						err = x.SetXattr(faultfs.Attr{Name: "b"})
					case '-':
						err = x.SetXattr(faultfs.Attr{Name: "a", Removed: true})
					case 'w':
						put(t, f, '+', 0, 5)
					case 'n':
						create(t, fs, "n")
					case 's':
						err = f.Sync()
					case 'N':
						syncPath(t, fs, "n")
					case 'd':
						syncPath(t, fs, "/")
					}
					require.NoError(t, err)
				}
				left := map[string]bool{}
				digests, seed := map[uint64]string{}, maphash.MakeSeed()
				point := faultfs.NewTimeline(fs, modelNamed(t, profile), 0).Advance(fs.Now())
				_, err = faultfs.Explore(point, faultfs.ImageOptions{}, func(img *faultfs.FS) error {
					state := xattrs(t, img, "x")
					if strings.HasPrefix(string(read(t, img, "x")), "+") {
						state += "+"
					}
					if slices.Contains(fsView{img}.names("/"), "n") {
						state += "n"
					}
					left[state] = true
					digests[faultfs.NewDigester(seed).Digest(img)] = state
					return nil
				})
				require.NoError(t, err)
				var states []string
				for state := range left {
					states = append(states, state)
				}
				assert.ElementsMatch(t, want, states)
				assert.Len(t, digests, len(states), "different attributes are different disks")
			})
		}
	}
}

// A directory's own attributes are durable with its sync, and its name is not.
func TestTheAttributesOfADirectoryAreDurableWithIt(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	root, _ := fs.Inode(1)
	d, err := root.Mkdir("d")
	require.NoError(t, err)
	require.NoError(t, d.SetXattr(faultfs.Attr{Name: "a", Value: []byte("1")}))
	require.NoError(t, root.SetXattr(faultfs.Attr{Name: "r"}))
	syncPath(t, fs, "d")
	left := map[string]bool{}
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	_, err = faultfs.Explore(point, faultfs.ImageOptions{}, func(img *faultfs.FS) error {
		left[xattrs(t, img, "")+" "+xattrs(t, img, "d")] = true
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{" gone": true, " a=1": true, "r= gone": true, "r= a=1": true}, left)
}

// What a recovery has seen of the attributes, and what it changes itself, is there or not after the next crash like anything
// else. A change that has been synced is there, whatever the first crash had left open.
func TestAttributesSurviveASecondCrash(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	create(t, fs, "x")
	syncAll(t, fs)
	set := func(fs *faultfs.FS, value string) {
		root, _ := fs.Inode(1)
		x, err := root.Lookup("x")
		require.NoError(t, err)
		require.NoError(t, x.SetXattr(faultfs.Attr{Name: "a", Value: []byte(value)}))
	}
	set(fs, "1")
	left := map[string]bool{}
	model := faultfs.Model{}
	_, err := faultfs.Explore(faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()), faultfs.ImageOptions{}, func(img *faultfs.FS) error {
		before := xattrs(t, img, "x")
		set(img, "2")
		_, err := faultfs.Explore(faultfs.NewTimeline(img, model, 0).Advance(img.Now()), faultfs.ImageOptions{}, func(again *faultfs.FS) error {
			left[before+", then "+xattrs(t, again, "x")] = true
			return nil
		})
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{", then ": true, ", then a=2": true, "a=1, then a=1": true, "a=1, then a=2": true}, left)
	_, err = faultfs.Explore(faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()), faultfs.ImageOptions{}, func(img *faultfs.FS) error {
		set(img, "3")
		syncPath(t, img, "x")
		_, err := faultfs.Explore(faultfs.NewTimeline(img, model, 0).Advance(img.Now()), faultfs.ImageOptions{}, func(again *faultfs.FS) error {
			assert.Equal(t, "a=3", xattrs(t, again, "x"))
			return nil
		})
		return err
	})
	require.NoError(t, err)
}

func TestRulesHitChangesOfAttributes(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	create(t, fs, "x")
	root, _ := fs.Inode(1)
	x, err := root.Lookup("x")
	require.NoError(t, err)
	r, err := faultfs.ParseRule("enospc setxattr x nth=1")
	require.NoError(t, err)
	fs.SetRules(r)
	err = x.SetXattr(faultfs.Attr{Name: "a"})
	require.ErrorIs(t, err, syscall.ENOSPC)
	assert.Empty(t, x.Xattrs())
	require.NoError(t, x.SetXattr(faultfs.Attr{Name: "a"}))
	assert.Equal(t, []string{"a"}, x.Xattrs())
	trace := fs.Trace()
	assert.Equal(t, "3 setxattr x a", trace[len(trace)-1].String())
	f, err := x.Open(os.O_RDONLY)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
