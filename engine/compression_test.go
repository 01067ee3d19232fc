package engine_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

var compressions = []engine.Compression{engine.CompressionNone, engine.CompressionSnappy, engine.CompressionZstd}

// compressionsOf counts the data blocks of a store's tables by compression.
func compressionsOf(t *testing.T, fsys afero.Fs) map[engine.Compression]int {
	t.Helper()
	names, err := afero.Glob(fsys, filepath.Join("db", "*.sst"))
	require.NoError(t, err)
	counts := map[engine.Compression]int{}
	for _, name := range names {
		content, err := afero.ReadFile(fsys, name)
		require.NoError(t, err)
		r, err := sst.Open(bytes.NewReader(content), int64(len(content)), sst.ReaderOptions{Name: name})
		require.NoError(t, err)
		d, err := r.Describe()
		require.NoError(t, err)
		for _, p := range d.Parts {
			if p.Data != nil {
				counts[p.Data.Compression]++
			}
		}
	}
	return counts
}

// putRound writes 300 keys of a round, whose values shrink, and flushes them.
func putRound(t *testing.T, db *engine.DB, round int) {
	t.Helper()
	for i := range 300 {
		require.NoError(t, db.Put(roundKey(round, i), roundValue(round, i), engine.NoSync))
	}
	require.NoError(t, db.Flush())
}

func roundKey(round, i int) []byte { return fmt.Appendf(nil, "key %d %04d", round, i) }

func roundValue(round, i int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "value %d of round %d, ", i, round), 4)
}

func requireRounds(t *testing.T, db *engine.DB, rounds int) {
	t.Helper()
	for round := range rounds {
		for i := range 300 {
			value, err := db.Get(roundKey(round, i))
			require.NoError(t, err)
			require.Equal(t, string(roundValue(round, i)), string(value))
		}
	}
	require.Len(t, contents(t, db), rounds*300)
}

func TestAStoreMayMixCompressions(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, L0CompactionFiles: 10}
	for round, c := range compressions {
		o.Compression = c
		db := open(t, o)
		putRound(t, db, round)
		require.NoError(t, db.Close())
		require.NotZero(t, compressionsOf(t, o.FS)[c], "%v", c)
	}
	require.Len(t, compressionsOf(t, o.FS), len(compressions))
	for _, c := range compressions {
		o.Compression = c
		db := open(t, o)
		requireRounds(t, db, len(compressions))
		require.NoError(t, db.Verify())
		require.NoError(t, db.Close())
	}
	for _, c := range compressions { // a compaction rewrites every block
		o.Compression = c
		db := open(t, o)
		putRound(t, db, 0)
		require.NoError(t, db.Compact())
		requireRounds(t, db, len(compressions))
		require.NoError(t, db.Close())
		counts := compressionsOf(t, o.FS)
		require.NotZero(t, counts[c], "%v", c)
		require.Len(t, counts, 1, "%v", c)
	}
}

func TestTheNamesOfCompressionsRoundTrip(t *testing.T) {
	for _, c := range compressions {
		got, err := engine.ParseCompression(c.String())
		require.NoError(t, err)
		require.Equal(t, c, got)
	}
	_, err := engine.ParseCompression("lzma")
	require.ErrorIs(t, err, engine.ErrOptions)
	_, err = engine.Open("db", engine.Options{FS: afero.NewMemMapFs(), Compression: 3})
	require.ErrorIs(t, err, engine.ErrOptions)
}
