package decide

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// unsynced returns a crash point at which each sector of a file was written in a call of its own and not synced. The name
// and the size of the file are durable.
func unsynced(t *testing.T, sectors int) *faultfs.CrashPoint {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	f, err := fs.Create("log")
	require.NoError(t, err)
	require.NoError(t, f.Truncate(int64(sectors*sector)))
	require.NoError(t, f.Sync())
	root, err := fs.Open("/")
	require.NoError(t, err)
	require.NoError(t, root.Sync())
	for i := range sectors {
		_, err := f.WriteAt([]byte(strings.Repeat("x", sector)), int64(i*sector))
		require.NoError(t, err)
	}
	return faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
}

const sector = 512

// sectorsOf returns which sectors of the file an image has: "x" for a sector that it has, "." for one that it has lost.
func sectorsOf(t *testing.T, img *faultfs.FS) string {
	t.Helper()
	b, err := afero.ReadFile(img, "log")
	require.NoError(t, err)
	var has strings.Builder
	for s := range slices.Chunk(b, sector) {
		has.WriteString(map[byte]string{0: ".", 'x': "x"}[s[0]])
	}
	return has.String()
}

// searchWide searches a crash point on a bounded path. shows is the recovery. It returns the images, as sectorsOf does, and
// the path.
func searchWide(t *testing.T, point *faultfs.CrashPoint, shows func(sectors string) string) (images []string, path *Path) {
	t.Helper()
	return searchOn(t, NewBounded(Distinct, 0), point, shows)
}

// searchOn is searchWide on the caller's path.
func searchOn(t *testing.T, path *Path, point *faultfs.CrashPoint, shows func(sectors string) string) (images []string, _ *Path) {
	t.Helper()
	for more := true; more; more = path.Next() {
		has := sectorsOf(t, path.Image(point, faultfs.ImageOptions{}))
		images = append(images, has)
		require.False(t, path.Strayed())
		again := PathTo(path.Picks(), Distinct)
		require.Equal(t, has, sectorsOf(t, again.Image(point, faultfs.ImageOptions{})), "the saved evidence gives the same image")
		require.False(t, again.Strayed())
		path.Saw(number(shows(has)))
	}
	return images, path
}

func number(s string) (n uint64) {
	for _, c := range []byte(s) {
		n = n*31 + uint64(c)
	}
	return n
}

// inOrder is a recovery that reads up to the first hole.
func inOrder(has string) string { return strings.SplitN(has, ".", 2)[0] }

// skipping is a recovery that skips holes and reads on.
func skipping(has string) string { return has }

func TestAReaderInOrderNeedsEveryPrefixAndEveryHole(t *testing.T) {
	t.Parallel()
	const n = 40
	images, path := searchWide(t, unsynced(t, n), inOrder)
	assert.Len(t, images, 2*n+somePairs+drawn)
	assert.Equal(t, TwoHoles, path.Bound(), "sectors after a hole make no difference to the recovery")
	for k := range n + 1 {
		assert.Contains(t, images, strings.Repeat("x", k)+strings.Repeat(".", n-k))
	}
	for k := range n {
		assert.Contains(t, images, strings.Repeat("x", k)+"."+strings.Repeat("x", n-k-1))
	}
}

func TestAReaderThatSkipsHolesIsShownTwoHoles(t *testing.T) {
	t.Parallel()
	const n = 13
	images, path := searchWide(t, unsynced(t, n), skipping)
	assert.Equal(t, TwoHoles, path.Bound())
	seen := map[string]bool{}
	for _, has := range images {
		seen[has] = true
	}
	for a := range n {
		for b := range a {
			all := []byte(strings.Repeat("x", n))
			all[a], all[b] = '.', '.'
			assert.True(t, seen[string(all)], "%s", all)
			alone := []byte(strings.Repeat("x", b) + strings.Repeat(".", n-b))
			alone[a] = 'x'
			assert.True(t, seen[string(alone)], "%s", alone)
		}
	}
}

// A recovery may take a single hole for the end of the log, but read on after the first of two. It is also shown images
// with two holes: all pairs if there are few ops.
func TestARecoveryThatCountsHolesIsFound(t *testing.T) {
	t.Parallel()
	counting := func(has string) string {
		if n := strings.Count(strings.TrimRight(has, "."), "."); n == 1 {
			return inOrder(has)
		}
		return has
	}
	for _, n := range []int{14, pairsOps, pairsOps + 1, 64} {
		images, _ := searchWide(t, unsynced(t, n), counting)
		pairs := 0
		for _, has := range images {
			if strings.Count(has, ".") == 2 && strings.HasSuffix(has, "x") {
				pairs++
			}
		}
		if n <= pairsOps {
			assert.GreaterOrEqual(t, pairs, (n-1)*(n-2)/2, "%d", n)
		} else {
			assert.GreaterOrEqual(t, pairs, somePairs/2, "%d", n)
		}
	}
}

// If more pairs are due than a look tries, it is complete only up to one hole.
func TestTwoHolesAreNotClaimedIfPairsAreLeftOut(t *testing.T) {
	t.Parallel()
	const n = 60
	images, path := searchWide(t, unsynced(t, n), skipping)
	assert.Equal(t, OneHole, path.Bound())
	assert.Len(t, images, 2*n+pairsMost+drawn)
}

func TestALookWithTooManyOpsIsASample(t *testing.T) {
	t.Parallel()
	_, path := searchWide(t, unsynced(t, wideMost+1), inOrder)
	assert.True(t, path.Short())
}

// At a look with few ops, every subset is tried.
func TestALookWithFewOpsIsNotBounded(t *testing.T) {
	t.Parallel()
	images, path := searchWide(t, unsynced(t, 5), skipping)
	assert.Len(t, images, 32)
	assert.False(t, path.Bounded())
	narrow, seen := Distinct.Narrow(), 0
	for more := true; more; more = narrow.Next() {
		seen++
		sectorsOf(t, narrow.Image(unsynced(t, narrowLimit+1), faultfs.ImageOptions{}))
	}
	assert.True(t, narrow.Bounded())
	assert.Equal(t, 2*(narrowLimit+1)+15+drawn, seen, "every pair of holes that does not leave a prefix is tried")
}

func TestTwoFilesAreVariedOneAtATime(t *testing.T) {
	t.Parallel()
	const n = 20
	fs := faultfs.New(faultfs.Options{})
	var files []afero.File
	for i := range 2 {
		f, err := fs.Create(fmt.Sprint(i))
		require.NoError(t, err)
		require.NoError(t, f.Truncate(n*sector))
		require.NoError(t, f.Sync())
		files = append(files, f)
	}
	root, err := fs.Open("/")
	require.NoError(t, err)
	require.NoError(t, root.Sync())
	for _, f := range files {
		for i := range n {
			_, err := f.WriteAt([]byte("x"), int64(i*sector))
			require.NoError(t, err)
		}
	}
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	path, images := NewBounded(Distinct, 0), map[[2]string]bool{}
	for more := true; more; more = path.Next() {
		img, has := path.Image(point, faultfs.ImageOptions{}), [2]string{}
		for i := range has {
			b, err := afero.ReadFile(img, fmt.Sprint(i))
			require.NoError(t, err)
			for s := range slices.Chunk(b, sector) {
				has[i] += map[byte]string{0: ".", 'x': "x"}[s[0]]
			}
		}
		images[has] = true
		path.Saw(number(inOrder(has[0]) + "," + inOrder(has[1])))
	}
	none, all := strings.Repeat(".", n), strings.Repeat("x", n)
	for k := range n + 1 {
		some := strings.Repeat("x", k) + strings.Repeat(".", n-k)
		for _, has := range [][2]string{{none, some}, {all, some}, {some, none}, {some, all}} {
			assert.True(t, images[has], "%v", has)
		}
	}
	assert.LessOrEqual(t, len(images), 2*(2*n+171+drawn)+2*2*n)
	assert.Positive(t, path.Bound())
}

func TestABriefPathTriesEveryPrefixAndFewHoles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ ops, images, bound int }{
		{briefOps, 2*briefOps + drawn, OneHole},
		{briefOps + 1, briefOps + 2 + drawn, NoHole},
		{200, 201 + drawn, NoHole},
	} {
		images, path := searchOn(t, Distinct.Brief(), unsynced(t, c.ops), skipping)
		assert.Len(t, images, c.images)
		assert.Equal(t, c.bound, path.Bound())
		for end := range c.ops + 1 {
			assert.Contains(t, images, strings.Repeat("x", end)+strings.Repeat(".", c.ops-end))
		}
	}
}
