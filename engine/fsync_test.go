package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// TestFailedSyncIsNotBuiltUpon fails the first, second, ... sync the way Linux does: the pages are clean and show the
// new bytes, and the next sync succeeds. The process goes on with a reopened store and commits to it; then the power is
// cut. What was acknowledged in the second session must not rest on what the first one failed to sync.
func TestFailedSyncIsNotBuiltUpon(t *testing.T) {
	oneGoroutine(t)
	for n := uint64(1); ; n++ {
		rule := &faultfs.Rule{Effect: faultfs.FailedSync, Op: faultfs.OpSync, Nth: n}
		r := &recording{
			fs:      faultfs.New(faultfs.Options{Rules: []*faultfs.Rule{rule}}),
			commits: []commit{{state: map[string]string{}}},
		}
		rng := rand.New(rand.NewPCG(n, 4))
		if !r.untilError(t, rng) {
			require.Greater(t, n, uint64(50), "the script makes enough syncs")
			return
		}
		least, most := r.bounds(r.fs.Now(), true)
		at, reopened := fmt.Sprintf("sync %d", n), r.fs.Now()
		db, last := r.recover(t, r.fs, least, most, at)
		require.NoError(t, db.Verify(), at)
		synced, _ := r.bounds(r.fs.Now(), false)
		r.goOn(t, r.fs, db, last, synced, reopened, rng, at)
	}
}

// TestAnExistingDirectoryMayNotBeDurable opens a store in a directory that someone else created and did not sync.
func TestAnExistingDirectoryMayNotBeDurable(t *testing.T) {
	fsys := faultfs.New(faultfs.Options{})
	require.NoError(t, fsys.MkdirAll("db", 0o755))
	db := open(t, engine.Options{FS: fsys, InlineMaintenance: true})
	require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.Sync))
	image, err := fsys.Crash(fsys.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	db = open(t, engine.Options{FS: image, InlineMaintenance: true, ErrorIfMissing: true})
	_, err = db.Get([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// A process that died without a sync leaves writes in the page cache, where the next process finds them. A power cut may
// still take them away, unless an empty batch with Sync makes them durable.
func TestAnEmptySyncCoversWhatRecoveryFound(t *testing.T) {
	for name, want := range map[string]error{"a sync": nil, "no sync": engine.ErrNotFound} {
		t.Run(name, func(t *testing.T) {
			fsys := faultfs.New(faultfs.Options{})
			o := engine.Options{FS: fsys, InlineMaintenance: true}
			db := open(t, o)
			require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.NoSync))
			fsys.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
			require.Error(t, db.Close())
			fsys.SetRules()

			db = open(t, o)
			if want == nil {
				require.NoError(t, db.Apply(&engine.Batch{}, engine.Sync))
			}
			require.NoError(t, db.Close())
			image, err := fsys.Crash(fsys.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
			require.NoError(t, err)
			db = open(t, engine.Options{FS: image, InlineMaintenance: true})
			_, err = db.Get([]byte("a"))
			require.ErrorIs(t, err, want)
			require.NoError(t, db.Close())
		})
	}
}

// untilError runs until something fails, closes the store and reports whether anything failed.
func (r *recording) untilError(t *testing.T, rng *rand.Rand) bool {
	t.Helper()
	o := tiny(r.fs)
	o.MemtableBytes = 512
	for range 3 {
		db, err := engine.Open("db", o)
		if err != nil {
			return true
		}
		for i := range 25 {
			if i == 15 {
				err = db.Compact()
			} else {
				err = r.try(db, rng, engine.Durability(i%3%2))
			}
			if err != nil {
				require.Error(t, db.Close(), "a poisoned store cannot promise that everything is durable")
				return true
			}
		}
		if db.Close() != nil {
			return true
		}
	}
	return false
}
