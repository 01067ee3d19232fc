package durable_test

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
)

// linking is a filesystem whose links return an error.
type linking struct {
	*broken
	err error
}

func (l linking) Link(_, _ string) error { return l.err }

func TestCloneCopiesIfLinksAreUnsupported(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		copied bool
	}{
		"another filesystem":         {syscall.EXDEV, true},
		"a filesystem without links": {syscall.EOPNOTSUPP, true},
		"links are forbidden":        {syscall.EPERM, true},
		"too many links":             {syscall.EMLINK, true},
		"a link":                     {nil, false},
		"the disk fails":             {syscall.EIO, false},
		"the disk is full":           {syscall.ENOSPC, false},
		"the file does not exist":    {fs.ErrNotExist, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := &broken{Fs: afero.NewMemMapFs()}
			fsys := linking{b, c.err}
			require.NoError(t, afero.WriteFile(b.Fs, "db/table", []byte("content"), 0o644))
			from, to := durable.NewDir(fsys, "db", nil), durable.NewDir(fsys, "copy", nil)
			require.NoError(t, to.Make())
			b.calls = nil
			copied, err := to.Clone(from, "table")
			if c.copied {
				require.NoError(t, err)
				require.EqualValues(t, 7, copied)
				require.Equal(t, []string{"create", "write", "sync"}, b.calls, "D6: a copy is synced")
				content, err := to.ReadFile("table", 1<<20)
				require.NoError(t, err)
				require.Equal(t, "content", string(content))
				return
			}
			require.ErrorIs(t, err, c.err)
			require.Empty(t, b.calls)
			require.Equal(t, c.err != nil, to.Poisoned() != nil)
			require.NoError(t, from.Poisoned(), "a failed clone does not poison the source")
		})
	}
}

func TestRenameDoesNotReplace(t *testing.T) {
	d := durable.NewDir(afero.NewMemMapFs(), "db", nil)
	require.NoError(t, d.Make())
	require.NoError(t, d.WriteFile("a", []byte("1")))
	require.NoError(t, d.WriteFile("b", []byte("2")))
	require.ErrorIs(t, d.Rename("a", "b"), fs.ErrExist)
	require.NoError(t, d.Rename("a", "c"))
	content, err := d.ReadFile("c", 1<<20)
	require.NoError(t, err)
	require.Equal(t, "1", string(content))
}

func TestCopyInReportsTheReadersErrorAndCountsBytes(t *testing.T) {
	d := durable.NewDir(afero.NewMemMapFs(), "db", nil)
	require.NoError(t, d.Make())
	_, err := d.CopyIn("a", iotest.ErrReader(errDisk))
	require.ErrorIs(t, err, errDisk)
	require.NoError(t, d.Poisoned(), "an error of the reader does not poison the directory")
	n, err := d.CopyIn("b", strings.NewReader("12345"))
	require.NoError(t, err)
	require.EqualValues(t, 5, n)
	require.EqualValues(t, 5, d.Bytes())
	d.Refuse(errDisk)
	require.ErrorIs(t, d.WriteFile("c", nil), durable.ErrPoisoned)
}
