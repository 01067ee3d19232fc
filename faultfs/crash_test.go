package faultfs_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// busy returns a filesystem with much pending.
func busy(t testing.TB, seed uint64) *faultfs.FS {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	p := newProgram(fs, seed, '@')
	for range 150 {
		p.step()
	}
	return fs
}

// A killed process loses nothing: the image that keeps everything is what the program saw.
func TestKillLosesNothing(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for seed := range uint64(100) {
		fs := busy(t, seed)
		for name, model := range models() {
			model.Profile = faultfs.LoseNone()
			img, err := fs.Crash(fs.Now(), model, faultfs.ImageOptions{})
			require.NoError(t, err)
			require.Equal(t, everything(fsView{fs}), everything(fsView{img}), "seed %d %s", seed, name)
			require.Zero(t, img.LostBytes())
			require.False(t, img.Sampled())
		}
	}
}

// The images of the simple profiles are also images of posix-min.
func TestSimpleProfilesAreLegal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		fs := trace(t, faultfs.Model{}, seed+500, 8)
		all := outcomes(fs, everything)
		for _, profile := range []faultfs.Profile{faultfs.LoseAll(), faultfs.LoseNone()} {
			img, err := fs.Crash(fs.Now(), faultfs.Model{Profile: profile}, faultfs.ImageOptions{})
			require.NoError(t, err)
			require.True(t, all[everything(fsView{img})], "seed %d %s", seed, profile.Name)
		}
		for random := range uint64(20) {
			img, err := fs.Crash(fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(random)})
			require.NoError(t, err)
			require.True(t, all[everything(fsView{img})], "seed %d", seed)
		}
	}
}

// On a disk where removals come late, only those images of posix-min are possible that have no unsynced removal or
// rename.
func TestLateRemovalsLoseRemovalsAndRenames(t *testing.T) {
	t.Parallel()
	late, err := faultfs.ProfileNamed("late-removals")
	require.NoError(t, err)
	leaves := func(fs *faultfs.FS, profile faultfs.Profile) set {
		seen := set{}
		point := faultfs.NewTimeline(fs, faultfs.Model{Profile: profile}, 0).Advance(fs.Now())
		search(point, func(img *faultfs.FS) { seen[everything(fsView{img})] = true })
		return seen
	}
	fs := faultfs.New(faultfs.Options{})
	for name, letter := range map[string]byte{"/old": 'o', "/gone": 'g', "/moved": 'm'} {
		put(t, create(t, fs, name), letter, 0, 1)
	}
	syncAll(t, fs)
	require.NoError(t, fs.Remove("/gone"))
	require.NoError(t, fs.Rename("/moved", "/old"))
	create(t, fs, "/gone") // follows the removal
	create(t, fs, "/new")
	require.Equal(t, set{"/gone=g1 /moved=m1 /old=o1": true, "/gone=g1 /moved=m1 /new= /old=o1": true}, leaves(fs, late))
	syncPath(t, fs, "/")
	require.Equal(t, set{"/gone= /new= /old=m1": true}, leaves(fs, late), "a synced removal is durable")

	for seed := range uint64(60) {
		fs := trace(t, faultfs.Model{}, seed+900, 8)
		all := outcomes(fs, everything)
		for image := range leaves(fs, late) {
			require.True(t, all[image], "seed %d", seed)
		}
	}
}

// When everything that has a name is synced, and no sync failed, there is exactly one image.
func TestSyncOfEverythingLeavesOneImage(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	honest := models()
	maps.DeleteFunc(honest, func(_ string, m faultfs.Model) bool { return m.Device.IgnoreFlush != 0 })
	for seed := range uint64(100) {
		fs := faultfs.New(faultfs.Options{})
		p := newProgram(fs, seed, '@')
		p.healthy = true
		for range 150 {
			p.step()
		}
		syncAll(t, fs)
		want := everything(fsView{fs})
		for name, model := range honest {
			require.Equal(t, set{want: true}, outcomesOf(model, fs, everything), "seed %d %s", seed, name)
		}
	}
}

// wantHashes are of 20 images each.
var wantHashes = map[string]string{
	"btrfs":                            "da5584d2879cd581",
	"btrfs rename-split":               "018240288673de4a",
	"btrfs tear=byte":                  "99d7a15f5eb5be90",
	"ext4-journal":                     "f309b4d63b670af5",
	"ext4-journal torn=garbage":        "606ae0056b6e76a2",
	"ext4-ordered":                     "0e58d107da9280dc",
	"ext4-ordered ignore-flush=15":     "228520e45feb4fb7",
	"ext4-ordered rename-split":        "09de4c8f3fcc8862",
	"ext4-ordered tear=byte":           "b1cb8e77d0f04b3a",
	"ext4-writeback":                   "f183fa087e8e3a14",
	"ext4-writeback torn=garbage":      "a4ebb9c0217791f4",
	"posix-min":                        "b7b65a7b0fe0b2e1",
	"posix-min ignore-flush=15":        "604e54a7a8050874",
	"posix-min rename-split":           "4798ceba927f4a2f",
	"posix-min safe-append":            "9a9b1c47fa1d2d4f",
	"posix-min sector=4096":            "38e83416a86cc39a",
	"posix-min tear=byte":              "0a51dd61c09b2773",
	"posix-min torn=garbage":           "8a1a6893577f477c",
	"posix-min torn=garbage tear=byte": "376e7860c699e6ac",
	"xfs":                              "19d13105810ec26b",
	"xfs sector=4096":                  "d34023f32a57040b",
}

// The same seed gives the same image, whatever the order of observations.
func TestSameSeedSameImage(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	hash := func(model faultfs.Model, seed uint64) string {
		h := sha256.New()
		for i := range uint64(20) {
			fs := busy(t, i)
			img, err := fs.Crash(fs.Now(), model, faultfs.ImageOptions{Chooser: faultfs.Seeded(seed), Limit: 5})
			require.NoError(t, err)
			_, err = io.WriteString(h, everything(fsView{img}))
			require.NoError(t, err)
		}
		return fmt.Sprintf("%x", h.Sum(nil)[:8])
	}
	hashes := map[string]string{}
	for name, model := range models() {
		first, again := hash(model, 1), hash(model, 1)
		require.Equal(t, first, again)
		require.NotEqual(t, first, hash(model, 2))
		hashes[name] = first
	}
	require.Equal(t, wantHashes, hashes, "the trace, the images or their order changed; update the hashes if that is intended")
}

// Crash points keep what was pending when they were made, whatever the filesystem and its timeline do later.
func TestCrashPointsDoNotChange(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for seed := range uint64(40) {
		fs := busy(t, seed)
		for _, profile := range faultfs.Profiles() {
			model := faultfs.Model{Profile: profile}
			line := faultfs.NewTimeline(fs, model, 0)
			var points []*faultfs.CrashPoint
			for _, op := range fs.Trace() {
				points = append(points, line.Advance(op.Tick))
			}
			for i, p := range points {
				fresh, err := fs.Crash(fs.Trace()[i].Tick, model, faultfs.ImageOptions{})
				require.NoError(t, err)
				got := p.Image(faultfs.ImageOptions{})
				require.Equal(t, everything(fsView{fresh}), everything(fsView{got}), "seed %d op %d %s", seed, i, profile.Name)
			}
		}
	}
}

// Images are independent of one another and of the filesystem, and can be crashed while in use.
func TestImagesAreIndependent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		fs := busy(t, seed)
		before := everything(fsView{fs})
		point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
		one, two := point.Image(faultfs.ImageOptions{}), point.Image(faultfs.ImageOptions{})
		recovery(one, faultfs.Model{}, seed)
		recovery(one, faultfs.Model{}, seed+1)
		require.Equal(t, before, everything(fsView{fs}))
		require.Equal(t, everything(fsView{point.Image(faultfs.ImageOptions{})}), everything(fsView{two}), "seed %d", seed)
	}
}

func TestCrashInTheFutureIsRefused(t *testing.T) {
	t.Parallel()
	_, err := faultfs.New(faultfs.Options{}).Crash(1, faultfs.Model{}, faultfs.ImageOptions{})
	require.ErrorIs(t, err, faultfs.ErrTick)
}

// An observation above the limit asks once, for a member of a family, and the image reports it. Every member is a legal
// image.
func TestObservationsOverTheLimitAreSampled(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	f := create(t, fs, "f")
	put(t, f, 'o', 0, 4096)
	syncAll(t, fs)
	put(t, f, 'n', 0, 4096)
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	seen := set{}
	for member, members := 0, 1; member < members; member++ {
		s := &answers{prepared: []int{member}}
		img := point.Image(faultfs.ImageOptions{Chooser: s, Limit: 7})
		seen[everything(fsView{img})] = true
		require.Len(t, s.asked, 1, "one question")
		members = s.asked[0]
		require.True(t, img.Sampled())
		require.Equal(t, strings.Count(everything(fsView{img}), "o") > 0, img.LostBytes() > 0)
	}
	for _, want := range []string{"/f=o4096", "/f=n4096", "/f=n512+o3584", "/f=o3584+n512", "/f=o512+n3584"} {
		require.True(t, seen[want], want)
	}
	img := point.Image(faultfs.ImageOptions{Chooser: &answers{}, Limit: 8})
	everything(fsView{img})
	require.False(t, img.Sampled())
}

// Listing a directory, or asking whether a name exists, decides no sizes and no bytes.
func TestObservationsDecideOnlyWhatTheySee(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	for _, name := range []string{"a", "b", "c"} {
		put(t, create(t, fs, name), 'n', 0, 3000)
	}
	syncPath(t, fs, "/")
	point := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now())
	leaves := search(point, func(img *faultfs.FS) { require.Len(t, fsView{img}.names("/"), 3) })
	require.Equal(t, 1, leaves)
	leaves = search(point, func(img *faultfs.FS) {
		info, err := img.Stat("b")
		require.NoError(t, err)
		require.Contains(t, []int64{0, 3000}, info.Size())
		require.Equal(t, info.Size(), fsView{img}.size("b"))
	})
	require.Equal(t, 2, leaves)
}

// The size that Stat returns is that of the moment of the call, even if it is read later.
func TestSizesAreThoseAtTheTimeOfStat(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	put(t, create(t, fs, "a"), 'n', 0, 100)
	syncPath(t, fs, "/")
	sizes := set{}
	search(faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now()), func(img *faultfs.FS) {
		info, err := img.Stat("a")
		require.NoError(t, err)
		f, err := img.OpenFile("a", 1, 0)
		require.NoError(t, err)
		put(t, f, 'x', 500, 10)
		sizes[fmt.Sprint(info.Size())] = true
	})
	require.Equal(t, set{"0": true, "100": true}, sizes)
}

func TestFates(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	f := create(t, fs, "f")
	put(t, f, 'o', 0, 1024)
	syncAll(t, fs)
	put(t, f, 'n', 0, 1024)
	tick := fs.Now()
	create(t, fs, "g")
	halves := &answers{prepared: []int{1, 0}}
	img := faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now()).Image(faultfs.ImageOptions{Chooser: halves})
	require.Equal(t, map[uint64]string{tick: "unseen", tick + 1: "unseen"}, img.Fates())
	require.Equal(t, "n512+o512", fsView{img}.read("f", 0, 1024))
	require.Equal(t, map[uint64]string{tick: "torn", tick + 1: "unseen"}, img.Fates())
	require.Equal(t, 512, img.LostBytes())
}
