package faultfs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

const (
	bruteTraces   = 80 // of posix-min
	modelTraces   = 20 // of every other model
	nightlyTraces = 10 // times as many in the nightly
	brutePending  = 11 // pieces at most: 2,048 subsets
)

// trace runs a random program on a durable disk until enough is pending.
func trace(t testing.TB, model faultfs.Model, seed uint64, most int) *faultfs.FS {
	t.Helper()
	fs := faultfs.New(faultfs.Options{})
	p := newProgram(fs, seed, '@')
	// A failed sync separates a size from its bytes, which pieces of whole pages cannot express.
	p.healthy = contractOf(model).wholePages
	for range p.rng.IntN(20) {
		p.step()
	}
	if p.moving = contractOf(model).oneByOne && seed%2 == 1; p.moving {
		for _, dir := range someDirs {
			_ = fs.Mkdir(dir, 0o777)
		}
	}
	syncAll(t, fs)
	for range 40 {
		before := fs.Now()
		p.step()
		if oracleOf(model, fs.Trace(), fs.Now()).pending() > most {
			return faultfs.Recorded(upTo(fs.Trace(), before))
		}
	}
	return fs
}

func upTo(trace []faultfs.Op, tick uint64) []faultfs.Op {
	for i := range trace {
		if trace[i].Tick > tick {
			return trace[:i]
		}
	}
	return trace
}

// describe is appended to failures and says in words what happened.
func describe(trace []faultfs.Op) string {
	var b strings.Builder
	for _, op := range trace {
		fmt.Fprintln(&b, op)
	}
	return b.String()
}

// The search by observation reaches exactly the states given by the closed subsets of the pending pieces, whether it
// looks at everything or only at a part.
func TestSearchReachesExactlyTheClosedSubsets(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for name, model := range models() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			traces := uint64(modelTraces)
			if model == (faultfs.Model{}) {
				traces = bruteTraces
			}
			searchAgainstBruteForce(t, model, traces)
		})
	}
}

// models returns every profile that leaves a choice and every device option, by name.
func models() map[string]faultfs.Model {
	all := map[string]faultfs.Model{"posix-min": {}}
	for _, text := range []string{
		"ext4-ordered", "ext4-writeback", "ext4-journal", "xfs", "btrfs",
		"posix-min sector=4096", "posix-min torn=garbage", "posix-min tear=byte", "posix-min torn=garbage tear=byte",
		"posix-min safe-append", "posix-min ignore-flush=15", "ext4-ordered ignore-flush=15", "ext4-writeback torn=garbage",
		"ext4-ordered tear=byte", "ext4-journal torn=garbage", "btrfs tear=byte", "xfs sector=4096",
		"posix-min rename-split", "ext4-ordered rename-split", "btrfs rename-split",
	} {
		profile, device, _ := strings.Cut(text, " ")
		var m faultfs.Model
		var err error
		m.Profile, err = faultfs.ProfileNamed(profile)
		must(err)
		m.Device, err = faultfs.ParseDevice(device)
		must(err)
		all[text] = m
	}
	return all
}

func searchAgainstBruteForce(t *testing.T, model faultfs.Model, traces uint64) {
	t.Helper()
	if nightly {
		traces *= nightlyTraces
	}
	var states, subsets, leaves int
	for seed := range traces {
		fs := trace(t, model, seed, brutePending)
		ticks := fs.Trace()
		for _, tick := range []uint64{fs.Now(), ticks[len(ticks)*2/3].Tick} {
			o := oracleOf(model, ticks, tick)
			if o.pending() > brutePending {
				continue
			}
			glance := newProgram(nil, seed^tick<<32, 0)
			looks := []func(view) string{everything, glance.glance(), several(glance), several(glance)}
			want := make([]set, len(looks))
			for i := range want {
				want[i] = set{}
			}
			closed := o.images(func(s *state) {
				for i, look := range looks {
					want[i][look(s)] = true
				}
			})
			point := faultfs.NewTimeline(fs, model, 0).Advance(tick)
			for i, look := range looks {
				got := set{}
				n := search(point, func(img *faultfs.FS) { got[look(fsView{img})] = true })
				require.Empty(t, want[i].differs(got), "seed %d tick %d look %d\n%s",
					seed, tick, i, describe(upTo(ticks, tick)))
				require.LessOrEqual(t, n, closed, "more images than subsets: a question was decided twice")
				leaves += n
				if seed%4 != 0 {
					continue // repeating the search with Distinct would take as long
				}
				distinct := set{}
				_, err := faultfs.Explore(point, faultfs.ImageOptions{Distinct: true}, func(img *faultfs.FS) error {
					distinct[look(fsView{img})] = true
					return nil
				})
				require.NoError(t, err)
				require.Equal(t, got, distinct, "the search left out questions whose answers differ: seed %d tick %d look %d", seed, tick, i)
			}
			states, subsets = states+len(want[0]), subsets+closed
		}
	}
	t.Logf("%d subsets, %d states, %d leaves", subsets, states, leaves)
	require.Greater(t, states, int(traces)*5, "the traces have too few states to prove anything")
}

// several returns an observation of several random parts, one after another.
func several(p *program) func(view) string {
	parts := []func(view) string{p.glance(), p.glance(), p.glance()}
	return func(v view) string {
		var seen []string
		for _, look := range parts {
			seen = append(seen, look(v))
		}
		return strings.Join(seen, " / ")
	}
}

// Where every piece is visible, each closed subset is exactly one image.
func TestImagesAreExactlyTheClosedSubsetsIfAllIsVisible(t *testing.T) {
	oneGoroutine(t)
	t.Parallel()
	for _, overwrites := range []int{0, 1, 5, 9} {
		fs := faultfs.New(faultfs.Options{})
		f := create(t, fs, "a")
		put(t, f, 'x', 0, 8192)
		syncAll(t, fs)
		p := newProgram(fs, uint64(overwrites), 'A')
		for range overwrites {
			put(t, f, 'y', p.rng.IntN(8192-100), 100)
		}
		subsets := newOracle(fs.Trace(), fs.Now()).images(func(*state) {})
		leaves := search(faultfs.NewTimeline(fs, faultfs.Model{}, 0).Advance(fs.Now()), func(img *faultfs.FS) { everything(fsView{img}) })
		require.Equal(t, subsets, leaves)
	}
}
