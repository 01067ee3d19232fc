package faultfs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachCallYieldsTwice(t *testing.T) {
	t.Parallel()
	yields := 0
	fs := New(Options{Yield: func() { yields++ }})
	for _, call := range []func() error{
		func() error { return fs.Mkdir("d", 0o755) },
		func() error { _, err := fs.Stat("d"); return err },
		func() error { return fs.Rename("d", "e") },
		func() error { return fs.Remove("e") },
	} {
		before := yields
		require.NoError(t, call())
		require.Equal(t, before+2, yields)
	}
	f, err := fs.Create("f")
	require.NoError(t, err)
	before := yields
	_, err = f.Write([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.Equal(t, before+4, yields)
}
