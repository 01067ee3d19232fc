package faultfs_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

const (
	nestedTraces      = 60 // of posix-min
	nestedModelTraces = 20 // of every other model
	nestedPending     = 6  // at the first crash
	nestedSecond      = 11 // at the second crash; ticks with more are left out
	nestedSteps       = 5  // of the recovery
)

// recovery runs a random program on what a crash left. The same seed does the same on the same disk. As in trace, no
// sync fails where pieces are whole pages.
func recovery(fs *faultfs.FS, model faultfs.Model, seed uint64) {
	p := newProgram(fs, seed, 'a')
	p.healthy = contractOf(model).wholePages
	for range nestedSteps {
		p.step()
	}
}

// A crash of a crash image, at each of its operations, leaves exactly what brute force says: for every closed subset of
// the first crash, the recovery on that disk and every closed subset of what the recovery had pending.
func TestNestedSearchReachesExactlyTheClosedSubsets(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for name, model := range nestedModels() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			traces := uint64(nestedModelTraces)
			if model == (faultfs.Model{}) {
				traces = nestedTraces
			}
			nestedAgainstBruteForce(t, model, traces)
		})
	}
}

// nestedModels are the models that differ in how a second crash builds on the first.
func nestedModels() map[string]faultfs.Model {
	all := models()
	maps.DeleteFunc(all, func(_ string, m faultfs.Model) bool { return m.Device != (faultfs.Device{}) })
	return all
}

func nestedAgainstBruteForce(t *testing.T, model faultfs.Model, traces uint64) {
	t.Helper()
	if nightly {
		traces *= nightlyTraces
	}
	pairs := 0
	for seed := range traces {
		fs := trace(t, model, seed+10_000, nestedPending)
		if oracleOf(model, fs.Trace(), fs.Now()).pending() > nestedPending {
			continue // failed syncs left something pending before the trace began
		}
		pairs += nested(t, model, fs, seed, func(fs *faultfs.FS) { recovery(fs, model, seed) })
	}
	t.Logf("%d states", pairs)
	require.Greater(t, pairs, int(traces)*10, "the traces have too few states to prove anything")
}

// nested compares crashes of a recovery with brute force and returns the number of states.
func nested(
	t *testing.T, model faultfs.Model, fs *faultfs.FS, seed uint64, recovery func(*faultfs.FS),
) (pairs int) {
	t.Helper()
	want, got := map[uint64]set{}, map[uint64]set{}
	wantAlive, gotAlive := set{}, set{}
	seen := set{}
	oracleOf(model, fs.Trace(), fs.Now()).images(func(s *state) {
		if id := s.identity(); !seen[id] {
			seen[id] = true
			wantAlive[crashRecoveryOn(t, model, s, recovery, want)] = true
		}
	})
	skipped := maps.Clone(want)
	maps.DeleteFunc(skipped, func(_ uint64, s set) bool { return !s[tooMany] })
	point := faultfs.NewTimeline(fs, model, 0).Advance(fs.Now())
	o := faultfs.ImageOptions{Distinct: seed%2 == 1}
	searchWith(o, point, func(img *faultfs.FS) {
		recovery(img)
		gotAlive[everything(fsView{img})] = true
	})
	require.Empty(t, wantAlive.differs(gotAlive), "seed %d, state after recovery\n%s", seed, describe(fs.Trace()))
	searchWith(o, point, func(img *faultfs.FS) {
		recovery(img)
		for tick := range img.Now() + 1 {
			if skipped[tick] != nil {
				continue
			}
			point := faultfs.NewTimeline(img, model, tick).Advance(tick)
			searchWith(o, point, func(second *faultfs.FS) { add(got, tick, everything(fsView{second})) })
		}
	})
	maps.DeleteFunc(want, func(tick uint64, _ set) bool { return skipped[tick] != nil })
	require.Len(t, got, len(want), "seed %d", seed)
	for tick := range want {
		require.Empty(t, want[tick].differs(got[tick]), "seed %d tick %d of the recovery\n%s",
			seed, tick, describe(fs.Trace()))
		pairs += len(want[tick])
	}
	return pairs
}

// tooMany is in the set of a tick at which more is pending than brute force can try.
const tooMany = "too many"

func add(to map[uint64]set, tick uint64, seen string) {
	if to[tick] == nil {
		to[tick] = set{}
	}
	to[tick][seen] = true
}

// crashRecoveryOn runs the recovery on a fresh disk with the given content, adds what its crashes leave, and returns
// what it leaves itself.
func crashRecoveryOn(
	t *testing.T, model faultfs.Model, s *state, recovery func(*faultfs.FS), want map[uint64]set,
) string {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	first := map[faultfs.Ino]string{}
	s.visit(func(path string, at faultfs.Edit) {
		switch linked, ok := first[at.Ino]; {
		case at.Dir:
			require.NoError(t, fs.Mkdir(path, 0o777))
		case ok:
			require.NoError(t, fs.Link(linked, path))
		case at.Target != "":
			first[at.Ino] = path
			require.NoError(t, fs.SymlinkIfPossible(at.Target, path))
		default:
			first[at.Ino] = path
			f := create(t, fs, path)
			b := s.files[at.Ino]
			require.NoError(t, f.Truncate(int64(len(b))))
			for page := range s.blocks[at.Ino] { // the others are holes
				if off := page * 4096; off < int64(len(b)) {
					_, err := f.WriteAt(b[off:min(off+4096, int64(len(b)))], off)
					require.NoError(t, err)
				}
			}
			require.NoError(t, f.Close())
		}
	})
	syncAll(t, fs)
	mounted := fs.Now()
	recovery(fs)
	for tick := mounted; tick <= fs.Now(); tick++ {
		o := oracleOf(model, fs.Trace(), tick)
		if o.pending() > nestedSecond || want[tick-mounted][tooMany] {
			add(want, tick-mounted, tooMany)
			continue
		}
		o.images(func(s *state) { add(want, tick-mounted, everything(s)) })
	}
	return everything(fsView{fs})
}

// A recovery that only looks at things and is then crashed removes nothing and adds nothing.
func TestObservingAndCrashingAgainChangesNothing(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for name, model := range nestedModels() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lookAndCrashAgain(t, model)
		})
	}
}

func lookAndCrashAgain(t *testing.T, model faultfs.Model) {
	t.Helper()
	traces := uint64(20)
	if model == (faultfs.Model{}) {
		traces = 150
	}
	for seed := range traces {
		fs := trace(t, model, seed+20_000, 8)
		look := several(newProgram(nil, seed, 0))
		want, got := outcomesOf(model, fs, everything), set{}
		search(faultfs.NewTimeline(fs, model, 0).Advance(fs.Now()), func(img *faultfs.FS) {
			look(fsView{img})
			search(faultfs.NewTimeline(img, model, 0).Advance(0), func(again *faultfs.FS) { got[everything(fsView{again})] = true })
		})
		require.Empty(t, want.differs(got), "seed %d\n%s", seed, describe(fs.Trace()))
	}
}

// What was truncated does not come back through a second crash, even if no one had looked at its bytes.
func TestTruncationsAreFinalAcrossSecondCrashes(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 1024)
	l.write(f, 'n', 512, 512)
	l.ok(f.Truncate(100))
	l.ok(f.Truncate(1024))
	seen := set{}
	search(faultfs.NewTimeline(l.fs, faultfs.Model{}, 0).Advance(l.fs.Now()), func(img *faultfs.FS) {
		_ = fsView{img}.size("f")
		search(faultfs.NewTimeline(img, faultfs.Model{}, 0).Advance(0), func(again *faultfs.FS) { seen[everything(fsView{again})] = true })
	})
	require.Equal(t, set{
		"/f=o1024": true, "/f=o512+n512": true, "/f=o100": true, "/f=o100+.924": true,
		"/f=o512+.512": true, "/f=o100+.412+o512": true, "/f=o100+.412+n512": true, // cleared but not truncated
	}, seen)
}

// What recovery sees before it is crashed is certain for the second recovery; what it sees later is open again.
func TestOnlyWhatWasSeenBeforeTheSecondCrashIsCertain(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	a, b := l.durable("a", 'o', 10), l.durable("b", 'o', 10)
	l.write(a, 'n', 0, 10)
	l.write(b, 'n', 0, 10)
	img, err := l.fs.Crash(l.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: &answers{}}) // the first answer: lost
	require.NoError(t, err)
	require.Equal(t, "o10", fsView{img}.read("a", 0, 10))
	c := create(t, img, "c") // tick 1
	require.Equal(t, "o10", fsView{img}.read("b", 0, 10))
	put(t, c, 'x', 0, 10) // tick 2
	leaves := func(seen, tick uint64) set {
		got := set{}
		search(faultfs.NewTimeline(img, faultfs.Model{}, seen).Advance(tick), func(again *faultfs.FS) {
			got[fsView{again}.read("a", 0, 10)+" "+fsView{again}.read("b", 0, 10)] = true
		})
		return got
	}
	require.Equal(t, set{"o10 o10": true, "o10 n10": true}, leaves(0, 0))
	require.Equal(t, set{"o10 o10": true}, leaves(1, 1))
	require.Equal(t, set{"o10 o10": true}, leaves(2, 2))
}

// A timeline of a crash image that is advanced past the tick for which it was made keeps everything that happened in
// between: it equals the timeline for the later tick.
func TestTimelineOfAnImageCanBeAdvancedFurther(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.write(l.durable("f", 'o', 10), 'n', 0, 10)
	img, err := l.fs.Crash(l.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Chooser: &answers{}})
	require.NoError(t, err)
	f := create(t, img, "g")
	put(t, f, 'x', 0, 10)
	syncAll(t, img)
	put(t, f, 'y', 10, 10)
	require.Equal(t, "o10", fsView{img}.read("f", 0, 10))
	states := func(line *faultfs.Timeline, tick uint64) set {
		got := set{}
		search(line.Advance(tick), func(again *faultfs.FS) { got[everything(fsView{again})] = true })
		return got
	}
	for seen := range img.Now() + 2 {
		line := faultfs.NewTimeline(img, faultfs.Model{}, seen)
		for tick := seen; tick <= img.Now(); tick++ {
			require.Equal(t, states(faultfs.NewTimeline(img, faultfs.Model{}, tick), tick), states(line, tick), "%d, %d", seen, tick)
		}
	}
	whole := states(faultfs.NewTimeline(img, faultfs.Model{}, 0), img.Now())
	require.Equal(t, set{"/f=o10 /g=x10": true, "/f=o10 /g=x10+.10": true, "/f=o10 /g=x10+y10": true}, whole)
}
