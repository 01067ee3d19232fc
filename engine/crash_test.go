package engine_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// commit is one batch of a recorded run. It writes its own number to the key "n", so that a recovered store tells which
// commits it has.
type commit struct {
	state         map[string]string // after it
	called, acked uint64            // ticks
	durability    engine.Durability
}

// recording is a run on a disk whose power can be cut at any tick.
type recording struct {
	fs      *faultfs.FS
	commits []commit // commits[i] has number i; number 0 is the empty store
}

// record runs a script of puts, deletes, batches, flushes, compactions, clean closes and killed processes.
func record(t *testing.T, seed uint64, steps int) *recording {
	t.Helper()
	r := &recording{fs: faultfs.New(faultfs.Options{}), commits: []commit{{state: map[string]string{}}}}
	rng := rand.New(rand.NewPCG(seed, 2))
	o := tiny(r.fs)
	o.MemtableBytes, o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes = 1<<10, 50, 76, 2<<10
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	for range steps {
		switch n := rng.IntN(40); n {
		case 0:
			require.NoError(t, db.Flush())
		case 1:
			require.NoError(t, db.Compact())
		case 2:
			require.NoError(t, db.Close())
			db, err = engine.Open("db", o)
			require.NoError(t, err)
		default:
			require.NoError(t, r.try(db, rng, engine.Durability(n%2)))
		}
	}
	require.NoError(t, db.Close())
	return r
}

// try commits a random batch. If that fails, the batch counts as submitted but never acknowledged.
func (r *recording) try(db *engine.DB, rng *rand.Rand, d engine.Durability) error {
	number := strconv.Itoa(len(r.commits))
	state := maps.Clone(r.commits[len(r.commits)-1].state)
	var b engine.Batch
	b.Put([]byte("n"), []byte(number))
	state["n"] = number
	for range 1 + rng.IntN(4) {
		k := fmt.Sprintf("k%02d", rng.IntN(30))
		if n := rng.IntN(8); n == 0 {
			end := fmt.Sprintf("k%02d", rng.IntN(30))
			b.DeleteRange([]byte(k), []byte(end))
			deleteRange(state, k, end)
		} else if n < 3 {
			b.Delete([]byte(k))
			delete(state, k)
		} else {
			v := fmt.Sprintf("%s-%0*d", number, rng.IntN(80), 0)
			b.Put([]byte(k), []byte(v))
			state[k] = v
		}
	}
	c := commit{state: state, called: r.fs.Now(), acked: math.MaxUint64, durability: d}
	err := db.Apply(&b, d)
	if err == nil {
		c.acked = r.fs.Now()
	}
	r.commits = append(r.commits, c)
	return err
}

// bounds returns the first and the last commit that a disk may end with if power is cut at the tick.
func (r *recording) bounds(tick uint64, killed bool) (least, most int) {
	for i, c := range r.commits {
		if i > 0 && c.acked <= tick && (killed || c.durability == engine.Sync) {
			least = i
		}
		if i > 0 && c.called < tick {
			most = i
		}
	}
	return least, most
}

func contents(t *testing.T, db *engine.DB) map[string]string {
	t.Helper()
	got := map[string]string{}
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		got[string(it.Key())] = string(it.Value())
	}
	require.NoError(t, it.Error())
	require.NoError(t, it.Close())
	return got
}

// recover opens an image and returns the store and the number of its last commit, after checking that it has that
// commit and all before it, and nothing else.
func (r *recording) recover(t *testing.T, fsys *faultfs.FS, least, most int, at string) (*engine.DB, int) {
	t.Helper()
	o := tiny(fsys)
	o.MemtableBytes, o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes = 1<<10, 50, 76, 2<<10
	db, err := engine.Open("db", o)
	require.NoError(t, err, at)
	got := contents(t, db)
	last := 0
	if n, ok := got["n"]; ok {
		last, err = strconv.Atoi(n)
		require.NoError(t, err)
	}
	require.GreaterOrEqual(t, last, least, "%s: lost an acknowledged commit", at)
	require.LessOrEqual(t, last, most, "%s: found a commit that had not been submitted", at)
	require.Equal(t, r.commits[last].state, got, "%s: a commit is missing, or part of a batch", at)
	return db, last
}

func TestPowerCutsLoseAtMostASuffix(t *testing.T) {
	oneGoroutine(t)
	seeds := uint64(2)
	if nightly {
		seeds = 8
	}
	for seed := range seeds {
		r := record(t, seed, 120)
		line := faultfs.NewTimeline(r.fs, faultfs.Model{}, 0)
		worst := faultfs.NewTimeline(r.fs, faultfs.Model{Profile: faultfs.LoseAll()}, 0)
		best := faultfs.NewTimeline(r.fs, faultfs.Model{Profile: faultfs.LoseNone()}, 0)
		rng := rand.New(rand.NewPCG(seed, 3))
		lost := 0
		for tick := uint64(1); tick <= r.fs.Now(); tick++ {
			point, all := line.Advance(tick), worst.Advance(tick)
			least, most := r.bounds(tick, false)
			for try := range 4 {
				image := point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
				if try == 0 {
					image = all.Image(faultfs.ImageOptions{})
				}
				at := fmt.Sprintf("seed %d tick %d try %d", seed, tick, try)
				db, last := r.recover(t, image, least, most, at)
				require.NoError(t, db.Verify(), at)
				lost += most - last
				r.goOn(t, image, db, last, least, 0, rng, at)
			}
			killed, _ := r.bounds(tick, true)
			image := best.Advance(tick).Image(faultfs.ImageOptions{})
			at := fmt.Sprintf("seed %d tick %d killed", seed, tick)
			db, last := r.recover(t, image, killed, most, at)
			r.goOn(t, image, db, last, least, 0, rng, at)
		}
		require.Positive(t, lost, "at least one crash lost a commit")
	}
}

// goOn commits to a recovered store and cuts the power again, at a tick not before the given one.
func (r *recording) goOn(
	t *testing.T, image *faultfs.FS, db *engine.DB, last, least int, from uint64, rng *rand.Rand,
	at string,
) {
	t.Helper()
	if rng.IntN(4) == 0 {
		return
	}
	require.NoError(t, db.Put([]byte("second"), []byte("life"), engine.Sync), at)
	acked := image.Now()
	if rng.IntN(2) == 0 {
		require.NoError(t, db.Put([]byte("second"), []byte("unsynced"), engine.NoSync), at)
	}
	tick := from + rng.Uint64N(image.Now()-from+1)
	if rng.IntN(3) == 0 {
		tick = image.Now()
	}
	at = fmt.Sprintf("%s, again at %d of %d", at, tick, image.Now())
	again, err := image.Crash(tick, faultfs.Model{}, faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64())})
	require.NoError(t, err)
	o := tiny(again)
	db, err = engine.Open("db", o)
	require.NoError(t, err, at)
	require.NoError(t, db.Verify(), at)
	got := contents(t, db)
	second, found := got["second"]
	delete(got, "second")
	n, err := strconv.Atoi("0" + got["n"])
	require.NoError(t, err)
	require.LessOrEqual(t, n, last, at)
	require.GreaterOrEqual(t, n, least, at)
	require.Equal(t, r.commits[n].state, got, at)
	if tick >= acked {
		require.True(t, found, at)
	}
	if found {
		require.Equal(t, last, n, "%s: a commit survived that builds on one that did not", at)
		require.Contains(t, []string{"life", "unsynced"}, second)
	}
}
