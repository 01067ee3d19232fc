package faultfs_test

import (
	"fmt"
	"hash/maphash"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// answered is a Chooser that counts the questions to another one.
type answered struct {
	faultfs.Chooser
	asked int
}

func (a *answered) Choose(n int, about uint64) int {
	a.asked++
	return a.Chooser.Choose(n, about)
}

// decideTraces is the number of random programs per model whose images are decided in advance.
const decideTraces = 5

// crashed calls test with crash points of random programs, under every profile.
func crashed(t *testing.T, test func(t *testing.T, point *faultfs.CrashPoint)) {
	t.Helper()
	for _, profile := range faultfs.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			model := faultfs.Model{Profile: profile}
			for seed := range uint64(decideTraces) {
				fs := trace(t, model, seed, brutePending)
				t.Log("seed", seed)
				test(t, faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()))
			}
		})
	}
}

// Images that are decided in advance are the same as those decided by observation, and ask no further questions.
func TestDecidingInAdvanceReachesTheSameDisks(t *testing.T) {
	t.Parallel()
	crashed(t, func(t *testing.T, point *faultfs.CrashPoint) {
		onDemand, beforehand := set{}, set{}
		search(point, func(img *faultfs.FS) { onDemand[everything(fsView{img})] = true })
		digester, shows := faultfs.NewDigester(maphash.MakeSeed()), map[uint64]string{}
		search(point, func(img *faultfs.FS) {
			digest := digester.Digest(img)
			decided := img.Decided()
			sees := everything(fsView{img})
			require.Equal(t, decided, img.Decided(), "the image asked a question that was not decided in advance")
			if known, seen := shows[digest]; seen {
				require.Equal(t, known, sees, "different disks have the same digest")
			}
			beforehand[sees], shows[digest] = true, sees
			require.Zero(t, img.Calls(faultfs.OpSync))
		})
		require.Empty(t, onDemand.differs(beforehand))
	})
}

// Each member of a sample is a legal disk, whatever is observed first.
func TestSampledDisksAreLegal(t *testing.T) {
	t.Parallel()
	crashed(t, func(t *testing.T, point *faultfs.CrashPoint) {
		legal, sampled := set{}, set{}
		search(point, func(img *faultfs.FS) { legal[everything(fsView{img})] = true })
		for i, chooser := range point.Sample(7, 60) {
			counted := &answered{Chooser: chooser}
			img := point.Image(faultfs.ImageOptions{Chooser: counted, Limit: math.MaxInt})
			img.Decide()
			asked := counted.asked
			sees := everything(fsView{img})
			require.Equal(t, asked, counted.asked)
			require.True(t, legal[sees], sees)
			sampled[sees] = true
			other := point.Image(faultfs.ImageOptions{Chooser: chooser, Limit: math.MaxInt})
			for _, name := range someFiles {
				_ = fsView{other}.read(name, 512, 1)
			}
			require.Equal(t, sees, everything(fsView{other}), "member %d depends on the order of observations", i)
		}
		require.GreaterOrEqual(t, 3*len(sampled), min(len(legal), 24), "%v", sampled)
	})
}

// A sample has each single loss and each single survivor; the rest of it is drawn from a seed.
func TestASampleHasEverySingleLossAndSurvivor(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	files := []file{l.durable("a", 'o', 2000), l.durable("b", 'o', 2000), l.durable("c", 'o', 2000)}
	for i, f := range files {
		l.write(f, byte('1'+i), 0, 1500)
	}
	point := faultfs.NewTimeline(l.fs, faultfs.Model{}, 0).Advance(l.fs.Now())
	sample := func(seed uint64, most int) set {
		seen := set{}
		for _, chooser := range point.Sample(seed, most) {
			img := point.Image(faultfs.ImageOptions{Chooser: chooser, Limit: math.MaxInt})
			img.Decide()
			seen[everything(fsView{img})] = true
		}
		return seen
	}
	seen := sample(1, 40)
	has := func(which string) {
		want := ""
		for i, name := range "abc" {
			if old := "o2000"; which[i] == '-' {
				want += fmt.Sprintf("/%c=%s ", name, old)
			} else {
				want += fmt.Sprintf("/%c=%d1500+o500 ", name, i+1)
			}
		}
		require.True(t, seen[want[:len(want)-1]], "%s: %v", want, seen)
	}
	for _, which := range []string{"---", "+++", "-++", "+-+", "++-", "+--", "-+-", "--+"} {
		has(which)
	}
	require.Len(t, point.Sample(1, 5), 5)
	require.Equal(t, seen, sample(1, 40))
	require.NotEqual(t, seen, sample(2, 40))
}

// A hole and written zeros have the same digest, because they read alike. Different links or sizes give different digests.
func TestDigestsDependOnlyOnWhatAProgramCanSee(t *testing.T) {
	t.Parallel()
	digester := faultfs.NewDigester(maphash.MakeSeed())
	digest := func(prepare func(l *lab)) uint64 {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		prepare(l)
		return digester.Digest(l.fs)
	}
	plain := func(l *lab) { l.write(l.durable("a", 'x', 700), 'x', 100, 100) }
	require.Equal(t, digest(plain), digest(func(l *lab) { l.durable("a", 'x', 700) }))
	seen := map[uint64]string{digest(plain): "plain"}
	for name, prepare := range map[string]func(l *lab){
		"another byte":     func(l *lab) { l.write(l.durable("a", 'x', 700), 'y', 699, 1) },
		"another size":     func(l *lab) { l.durable("a", 'x', 701) },
		"another name":     func(l *lab) { l.durable("b", 'x', 700) },
		"two names":        func(l *lab) { l.durable("a", 'x', 700); must(l.fs.Link("/a", "/b")) },
		"two files":        func(l *lab) { l.durable("a", 'x', 700); l.durable("b", 'x', 700) },
		"a directory":      func(l *lab) { l.durable("a", 'x', 700); must(l.fs.Mkdir("/b", 0o777)) },
		"a symlink":        func(l *lab) { l.durable("a", 'x', 700); must(l.fs.SymlinkIfPossible("a", "/b")) },
		"other target":     func(l *lab) { l.durable("a", 'x', 700); must(l.fs.SymlinkIfPossible("/a", "/b")) },
		"the first of two": func(l *lab) { l.durable("a", 'x', 700); l.durable("b", 'x', 700); must(l.fs.Link("/a", "/c")) },
		"the second":       func(l *lab) { l.durable("a", 'x', 700); l.durable("b", 'x', 700); must(l.fs.Link("/b", "/c")) },
		"nothing at all":   func(*lab) {},
	} {
		d := digest(prepare)
		require.Empty(t, seen[d], name)
		seen[d] = name
	}
}
