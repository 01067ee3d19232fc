package engine_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

func TestADirectoryThatIsNotAStoreIsRefused(t *testing.T) {
	fsys := afero.NewMemMapFs()
	require.NoError(t, afero.WriteFile(fsys, "db/holiday.jpg", []byte("x"), 0o644))
	require.NoError(t, afero.WriteFile(fsys, "db/000001.log", []byte("of another engine"), 0o644))
	_, err := engine.Open("db", engine.Options{FS: fsys})
	require.ErrorIs(t, err, engine.ErrNotADatabase)
	require.ErrorContains(t, err, "holiday.jpg")
	names, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.Len(t, names, 2, "no file was changed")
}

func TestErrorIfMissingCreatesNothing(t *testing.T) {
	fsys := afero.NewMemMapFs()
	for range 2 {
		_, err := engine.Open("db", engine.Options{FS: fsys, ErrorIfMissing: true})
		require.ErrorIs(t, err, engine.ErrMissing)
		require.NoError(t, fsys.MkdirAll("db", 0o755))
	}
	names, err := afero.Glob(fsys, "db/*")
	require.NoError(t, err)
	require.Empty(t, names)
}

func TestSecondOpenFailsWithErrLocked(t *testing.T) {
	for name, o := range map[string]engine.Options{
		"memory": {FS: afero.NewMemMapFs()}, "operating system": {}, "explicit OsFs": {FS: afero.NewOsFs()},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "db")
			db, err := engine.Open(dir, o)
			require.NoError(t, err)
			_, err = engine.Open(dir, o)
			require.ErrorIs(t, err, engine.ErrLocked)
			require.NoError(t, db.Verify(), "the refused Open changed nothing")
			require.NoError(t, db.Close())
			db, err = engine.Open(dir, o)
			require.NoError(t, err)
			require.NoError(t, db.Close())
		})
	}
}

func TestOptionsNameAllProblems(t *testing.T) {
	_, err := engine.Open("db", engine.Options{MemtableBytes: -1, LevelSizeRatio: 1, BlockBytes: -5})
	require.ErrorIs(t, err, engine.ErrOptions)
	for _, field := range []string{"MemtableBytes", "LevelSizeRatio", "BlockBytes"} {
		require.ErrorContains(t, err, field)
	}
}

func TestNamesOfAStore(t *testing.T) {
	fsys, _ := sample(t)
	var kinds []string
	for _, name := range find(t, fsys, "*") {
		kinds = append(kinds, strings.Trim(filepath.Base(name), "0123456789"))
	}
	slices.Sort(kinds)
	require.Equal(t, []string{".log", ".sst", ".sst", "MANIFEST-", "marker.000001.MANIFEST-"}[:4], kinds[:4])
	require.Len(t, kinds, 5)
}
