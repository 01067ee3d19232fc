package engine_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

func TestDamagedBlobFilesAreFound(t *testing.T) {
	for _, place := range []string{"log", "table"} {
		for _, c := range []struct {
			name   string
			damage func(t *testing.T, fsys afero.Fs, name string)
			opens  bool
		}{
			{"missing", func(t *testing.T, fsys afero.Fs, name string) { require.NoError(t, fsys.Remove(name)) }, false},
			{"cut short", func(t *testing.T, fsys afero.Fs, name string) {
				b, err := afero.ReadFile(fsys, name)
				require.NoError(t, err)
				require.NoError(t, afero.WriteFile(fsys, name, b[:len(b)-1], 0o644))
			}, false},
			{"another file", func(t *testing.T, fsys afero.Fs, name string) {
				require.NoError(t, afero.WriteFile(fsys, name, pattern(300_000, 5), 0o644))
			}, false},
			{"a bit of the value", func(t *testing.T, fsys afero.Fs, name string) {
				b, err := afero.ReadFile(fsys, name)
				require.NoError(t, err)
				b[150_000] ^= 1
				require.NoError(t, afero.WriteFile(fsys, name, b, 0o644))
			}, true},
		} {
			t.Run(place+": "+c.name, func(t *testing.T) {
				o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, LargeValueBytes: 100}
				db, err := engine.Open("db", o)
				require.NoError(t, err)
				require.NoError(t, db.Put([]byte("a"), []byte("before"), engine.Sync))
				require.NoError(t, db.Put([]byte("k"), pattern(200_000, 1), engine.Sync))
				require.NoError(t, db.Put([]byte("z"), []byte("behind"), engine.Sync))
				if place == "table" {
					require.NoError(t, db.Flush())
				}
				require.NoError(t, db.Close())
				names, _ := blobsOf(t, o.FS)
				require.Len(t, names, 1)
				c.damage(t, o.FS, filepath.Join("db", names[0]))
				db, err = engine.Open("db", o)
				if !c.opens {
					require.ErrorIs(t, err, engine.ErrCorrupt)
					return
				}
				require.NoError(t, err)
				require.ErrorIs(t, db.Verify(), engine.ErrCorrupt)
				_, err = db.Get([]byte("k"))
				require.ErrorIs(t, err, engine.ErrCorrupt)
				checkDamagedReads(t, db)
				require.NoError(t, db.Close())
			})
		}
	}
}

// checkDamagedReads streams and iterates over a value whose third chunk is damaged.
func checkDamagedReads(t *testing.T, db *engine.DB) {
	t.Helper()
	stream, err := db.GetReader([]byte("k"))
	require.NoError(t, err)
	got, err := io.ReadAll(stream)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.Equal(t, pattern(200_000, 1)[:128<<10], got, "the chunks before the damage are read and verified")
	require.NoError(t, stream.Close())
	_, err = stream.Read(make([]byte, 1))
	require.ErrorIs(t, err, engine.ErrClosed)

	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		_ = it.Value()
		n++
	}
	require.ErrorIs(t, it.Error(), engine.ErrCorrupt, "the error is reported after the loop")
	require.Equal(t, 2, n)
	require.False(t, it.Prev())
	require.ErrorIs(t, it.Error(), engine.ErrCorrupt)
	n = 0
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	require.NoError(t, it.Error(), "reading only the key does not touch the damaged value")
	require.Equal(t, 3, n)
	require.NoError(t, it.Close())
	require.Nil(t, it.Value())
}
