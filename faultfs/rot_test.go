package faultfs_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Rot flips exactly one bit of one matching durable file, and nothing else differs.
func TestRotFlipsOneBit(t *testing.T) {
	t.Parallel()
	fs, f, _ := furnished(t)
	put(t, f, 'p', 0, 5000)
	require.NoError(t, f.Sync())
	put(t, create(t, fs, "c"), 'x', 0, 100)
	point := faultfs.NewTimeline(fs, loseAll, 0).Advance(fs.Now())
	rule, err := faultfs.ParseRule("bitflip rest a* seed=3")
	require.NoError(t, err)
	clean := read(t, point.Image(faultfs.ImageOptions{}), "a")
	bits := map[faultfs.Damage]bool{}
	for draw := range uint64(50) {
		rotten, at, ok := point.Rot(rule, draw)
		require.True(t, ok)
		require.Equal(t, "a", at.Path)
		bits[at] = true
		got := read(t, rotten.Image(faultfs.ImageOptions{}), "a")
		got[at.Off] ^= 1 << at.Bit
		require.Equal(t, clean, got)
	}
	require.Greater(t, len(bits), 45, "different draws flip different bits")
	require.EqualValues(t, 50, rule.Hits())
	require.Equal(t, clean, read(t, point.Image(faultfs.ImageOptions{}), "a"))
	for _, text := range []string{"bitflip rest c", "bitflip rest b", "bitflip rest nosuch", "bitflip rest a after=999"} {
		rule, err := faultfs.ParseRule(text)
		require.NoError(t, err)
		_, _, ok := point.Rot(rule, 1)
		require.False(t, ok, "%s must not hit: the file is not durable, empty, absent, or too early", text)
	}
}

var loseAll = faultfs.Model{Profile: faultfs.LoseAll()}

// clean returns the image of a crash point that has lost everything pending.
func clean(p *faultfs.CrashPoint) *faultfs.FS {
	return p.Image(faultfs.ImageOptions{})
}

// rotten applies a rule with many draws and returns the kinds of damage with the disks.
func rotten(t *testing.T, p *faultfs.CrashPoint, text string, visit func(faultfs.Damage, *faultfs.FS)) {
	t.Helper()
	rule, err := faultfs.ParseRule(text)
	require.NoError(t, err)
	for draw := range uint64(40) {
		bad, damage, ok := p.Rot(rule, draw)
		require.True(t, ok)
		again, same, _ := p.Rot(rule, draw)
		require.Equal(t, damage, same)
		require.Equal(t, everything(fsView{clean(again)}), everything(fsView{clean(bad)}))
		require.NotEqual(t, everything(fsView{clean(p)}), everything(fsView{clean(bad)}), "%s", damage)
		visit(damage, clean(bad))
	}
	require.EqualValues(t, 80, rule.Hits())
}

// A stale block has exactly the content that it had before the last sync that changed it.
func TestRotMakesABlockStale(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", '1', 8192)
	l.write(f, '2', 0, 8192)
	l.sync(f)
	l.write(f, '3', 4096, 100) // two writes and one sync: the disk never had the first alone
	l.write(f, '4', 4196, 100)
	l.sync(f)
	l.write(f, '5', 0, 100) // never synced: the disk does not have it
	point, seen := faultfs.NewTimeline(l.fs, loseAll, 0).Advance(l.fs.Now()), set{}
	rotten(t, point, "stale rest f", func(d faultfs.Damage, fs *faultfs.FS) {
		require.Contains(t, d.String(), "of f holds what it held before")
		seen[fsView{fs}.read("f", 0, 8192)] = true
	})
	require.Equal(t, set{"14096+3100+4100+23896": true, "28192": true}, seen)
}

// A block that was written once held zeros before.
func TestRotMakesAnAppendStale(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("log", '1', 100)
	l.write(f, '2', 100, 50)
	l.sync(f)
	point := faultfs.NewTimeline(l.fs, loseAll, 0).Advance(l.fs.Now())
	rotten(t, point, "stale rest", func(_ faultfs.Damage, fs *faultfs.FS) {
		require.Equal(t, "1100+.50", fsView{fs}.read("log", 0, 1000))
	})
	img, err := l.fs.Crash(l.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{})
	l.ok(err)
	g, err := img.OpenFile("log", os.O_RDWR, 0)
	l.ok(err)
	put(t, g, '3', 0, 100)
	l.sync(g)
	second := faultfs.NewTimeline(img, loseAll, img.Now()).Advance(img.Now())
	rotten(t, second, "stale rest", func(_ faultfs.Damage, fs *faultfs.FS) {
		require.Equal(t, "1100+250", fsView{fs}.read("log", 0, 1000), "what the first crash left is older than the recovery")
	})
}

// A misplaced block is at the place of another, whole, and the sizes are unchanged.
func TestRotMisplacesABlock(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.durable("a", '1', 5000)
	l.durable("b", '2', 4096)
	l.durable("empty", '3', 0)
	point, seen := faultfs.NewTimeline(l.fs, loseAll, 0).Advance(l.fs.Now()), set{}
	rotten(t, point, "misplaced rest a", func(d faultfs.Damage, fs *faultfs.FS) {
		require.Equal(t, "24096", fsView{fs}.read("b", 0, 5000), "the other file is as it was")
		seen[d.From+" "+fsView{fs}.read("a", 0, 5000)] = true
	})
	require.Equal(t, set{
		"b 24096+1904": true, "b 14096+2904": true, "a 1904+.3192+1904": true,
	}, seen)
}

// A truncated file has lost its end, and files that do not match the rule have not.
func TestRotTruncatesAFile(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.durable("a", '1', 5000)
	l.durable("b", '2', 100)
	sizes := map[int64]bool{}
	rotten(t, faultfs.NewTimeline(l.fs, loseAll, 0).Advance(l.fs.Now()), "truncated rest a", func(d faultfs.Damage, fs *faultfs.FS) {
		size := fsView{fs}.size("a")
		require.Less(t, size, int64(5000))
		require.Equal(t, d.Off, size)
		require.EqualValues(t, 100, fsView{fs}.size("b"))
		sizes[size] = true
	})
	require.Greater(t, len(sizes), 30, "different draws truncate to different sizes")
}

// A file truncated to the length that it had at an earlier sync looks like one that has not been written to since.
func TestRotTruncatesWhereAFileWasSynced(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	l := &lab{t, fs}
	f, err := fs.Create("a")
	l.ok(err)
	for range 3 {
		_, err := f.Write(make([]byte, 1000))
		l.ok(err)
		l.ok(f.Sync())
	}
	l.ok(f.Close())
	l.syncRoot()
	synced := map[int64]int{}
	rotten(t, faultfs.NewTimeline(fs, loseAll, 0).Advance(fs.Now()), "truncated rest a", func(d faultfs.Damage, _ *faultfs.FS) {
		if d.Off == 1000 || d.Off == 2000 {
			synced[d.Off]++
		}
	})
	require.Len(t, synced, 2)
	require.Greater(t, synced[1000]+synced[2000], 8)
}

// If a rule can damage nothing on a disk, the disk is left alone and the rule counts no hit.
func TestRotNeedsSomethingToDamage(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.durable("zeros", 0, 4096)
	for _, text := range []string{"stale rest", "misplaced rest", "truncated rest nosuch", "truncated rest before=1"} {
		rule, err := faultfs.ParseRule(text)
		l.ok(err)
		_, _, ok := faultfs.NewTimeline(l.fs, loseAll, 0).Advance(l.fs.Now()).Rot(rule, 1)
		require.False(t, ok, text)
		require.Zero(t, rule.Hits())
	}
}

// Damage that was saved when bit flips were the only kind still says so.
func TestSavedDamageWithoutAnEffectIsABitFlip(t *testing.T) {
	t.Parallel()
	var d faultfs.Damage
	require.NoError(t, json.Unmarshal([]byte(`{"Path":"a/b.sst","Off":17,"Bit":3}`), &d))
	require.Equal(t, "bit 3 of byte 17 of a/b.sst was flipped", d.String())
}
