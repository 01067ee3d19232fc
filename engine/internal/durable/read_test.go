package durable_test

import (
	"bytes"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
)

// A large file is read piece by piece and its zeros are skipped; the content is still that of the file.
func TestContentOfALargeFile(t *testing.T) {
	fsys := afero.NewMemMapFs()
	content := make([]byte, 17<<20+5)
	for _, at := range []int{0, 1<<20 - 1, 5 << 20, 16 << 20, len(content) - 1} {
		content[at] = byte(at%250) + 1
	}
	require.NoError(t, afero.WriteFile(fsys, "db/log", content, 0o644))
	d := durable.NewDir(fsys, "db", nil)
	got, err := d.ReadFile("log", int64(len(content)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
	_, err = d.ReadFile("log", int64(len(content))-1)
	require.ErrorIs(t, err, corrupt.Err)
	require.ErrorContains(t, err, "log")
	require.ErrorContains(t, err, "17825796")
}

// A name either is that of a file in the directory, or is rejected before the filesystem is asked about it.
func TestNoNameLeadsOutOfTheDirectory(t *testing.T) {
	fsys := afero.NewMemMapFs()
	for _, path := range []string{"db/a", "a", "db/b/a", "/a"} {
		require.NoError(t, afero.WriteFile(fsys, path, []byte("x"), 0o644))
	}
	d := durable.NewDir(fsys, "db", nil)
	for _, name := range []string{"../a", "b/a", "/a", "", ".", "..", "b/../a"} {
		_, err := d.Open(name)
		require.ErrorIs(t, err, corrupt.Err, name)
		require.ErrorIs(t, d.Check(name), corrupt.Err, name)
		_, err = d.ReadFile(name, 10)
		require.ErrorIs(t, err, corrupt.Err, name)
		require.ErrorIs(t, d.CheckDir(name), corrupt.Err, name)
		_, err = d.Create(name)
		require.ErrorIs(t, err, corrupt.Err, name)
		require.ErrorIs(t, d.Remove(name), corrupt.Err, name)
		require.NoError(t, d.Poisoned(), "nothing was tried")
		_, err = d.CopyIn(name, bytes.NewReader([]byte("x")))
		require.ErrorIs(t, err, corrupt.Err, name)
	}
	require.ErrorIs(t, d.Check("b"), corrupt.Err)
	require.NoError(t, d.CheckDir("b"))
	require.NoError(t, d.CheckDir("missing"))
	require.ErrorIs(t, d.CheckDir("a"), corrupt.Err)
}
