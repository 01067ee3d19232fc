package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// crowd returns options under which a store has many files, keeps none in memory and opens only a few at a time.
func crowd(fsys afero.Fs, maxOpen int) engine.Options {
	o := tiny(fsys)
	o.MaxOpenFiles = maxOpen
	o.Limits = engine.Limits{TableWholeBytes: 1, TableTailBytes: 64, SmallTables: 100}
	return o
}

// Iterators and snapshots keep reading from files that have been closed in between, and from those that compactions
// have replaced.
func TestFewFilesAreOpenAtATime(t *testing.T) {
	for _, maxOpen := range []int{1, 2, 7} {
		db := open(t, crowd(afero.NewMemMapFs(), maxOpen))
		value := func(i, round int) []byte { return fmt.Appendf(nil, "%d/%d/%0*d", round, i, i%70, 0) }
		fill := func(round int) {
			for i := range 300 {
				require.NoError(t, db.Put(fmt.Appendf(nil, "%04d", i), value(i, round), engine.NoSync))
			}
			require.NoError(t, db.Flush())
		}
		fill(0)
		before := db.NewSnapshot()
		it, err := before.NewIterator(engine.IterOptions{})
		require.NoError(t, err)
		require.True(t, it.First())
		fill(1)
		require.NoError(t, db.Compact())
		require.Greater(t, db.Metrics().Levels[6].Tables+db.Metrics().BlobFiles, 20)
		for i := range 300 {
			require.Equal(t, string(value(i, 0)), string(it.Value()))
			require.Equal(t, i < 299, it.Next())
			got, err := db.Get(fmt.Appendf(nil, "%04d", 299-i))
			require.NoError(t, err)
			require.Equal(t, string(value(299-i, 1)), string(got))
			require.LessOrEqual(t, db.Metrics().OpenFiles, maxOpen)
		}
		require.NoError(t, it.Close())
		before.Close()
		require.NoError(t, db.Verify())
		require.NoError(t, db.Close())
		require.Zero(t, db.Metrics().OpenFiles)
	}
}

// Goroutines read while tables come and go, all through three descriptors.
func TestManyReadersShareFewDescriptors(t *testing.T) {
	o := crowd(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()), 3)
	o.InlineMaintenance = false
	db := open(t, o)
	write := func(i int) error {
		return db.Put(fmt.Appendf(nil, "%03d", i%200), fmt.Appendf(nil, "%03d/%0*d", i%200, i%90, 0), engine.Buffered)
	}
	for i := range 200 {
		require.NoError(t, write(i))
	}
	require.NoError(t, db.Flush())
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for g := range errs {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range 300 {
				key := fmt.Sprintf("%03d", rng.IntN(200))
				got, err := db.Get([]byte(key))
				if err == nil && string(got[:3]) != key {
					err = fmt.Errorf("key %s has the value %q", key, got)
				}
				if n := db.Metrics().OpenFiles; n > 3 {
					err = errors.Join(err, fmt.Errorf("%d files are open", n))
				}
				errs[g] = errors.Join(errs[g], err)
			}
		})
	}
	for i := range 3000 {
		require.NoError(t, write(i))
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}
