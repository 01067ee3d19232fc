package durable_test

import (
	"errors"
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
)

var errDisk = errors.New("the disk is gone")

// broken makes every file that it creates fail at the named call.
type broken struct {
	afero.Fs
	at    string
	calls []string
}

func (b *broken) call(name string) error {
	b.calls = append(b.calls, name)
	if name == b.at {
		return errDisk
	}
	return nil
}

func (b *broken) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if err := b.call("create"); err != nil {
		return nil, err
	}
	f, err := b.Fs.OpenFile(name, flag, perm)
	return &brokenFile{f, b}, err
}

func (b *broken) Open(name string) (afero.File, error) {
	f, err := b.Fs.Open(name)
	return &brokenFile{f, b}, err
}

func (b *broken) Remove(name string) error {
	if err := b.call("remove"); err != nil {
		return err
	}
	return b.Fs.Remove(name)
}

type brokenFile struct {
	afero.File
	b *broken
}

func (f *brokenFile) Write(p []byte) (int, error) {
	if err := f.b.call("write"); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

func (f *brokenFile) Sync() error {
	if err := f.b.call("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

func TestFirstFailureEndsAllMutations(t *testing.T) {
	for _, at := range []string{"create", "write", "sync", "remove"} {
		t.Run(at, func(t *testing.T) {
			fsys := &broken{Fs: afero.NewMemMapFs()}
			require.NoError(t, fsys.Fs.MkdirAll("db", 0o755))
			require.NoError(t, afero.WriteFile(fsys.Fs, "db/old", []byte("content"), 0o644))
			var told []error
			d := durable.NewDir(fsys, "db", func(err error) { told = append(told, err) })
			open, err := d.Create("open")
			require.NoError(t, err)
			fsys.at, fsys.calls = at, nil

			err = d.WriteFile("new", []byte("content"))
			if err == nil {
				err = d.Remove("new")
			}
			require.ErrorIs(t, err, errDisk)
			require.NotErrorIs(t, err, durable.ErrPoisoned, "D2: the first call returns the cause itself")
			require.Equal(t, at, fsys.calls[len(fsys.calls)-1])
			calls := len(fsys.calls)

			_, createErr := d.Create("another")
			_, writeErr := open.Write([]byte("x"))
			for _, err := range []error{createErr, writeErr, open.Sync(), d.Sync(), d.Remove("old"), d.Make()} {
				require.ErrorIs(t, err, durable.ErrPoisoned)
				require.ErrorIs(t, err, errDisk)
			}
			require.Len(t, fsys.calls, calls, "D1: later calls do not reach the filesystem")
			require.Len(t, told, 1)
			content, err := d.ReadFile("old", 1<<20)
			require.NoError(t, err, "D5")
			require.Equal(t, "content", string(content))
			require.NoError(t, open.Close())
		})
	}
}

func TestNamesAreCreatedOnce(t *testing.T) {
	d := durable.NewDir(afero.NewMemMapFs(), "db", nil)
	require.NoError(t, d.Make())
	require.NoError(t, d.WriteFile("a", []byte("1")))
	_, err := d.Create("a")
	require.ErrorIs(t, err, os.ErrExist)
}

func TestRemoveSyncsOnce(t *testing.T) {
	d := durable.NewDir(afero.NewMemMapFs(), "db", nil)
	require.NoError(t, d.Make())
	require.NoError(t, d.WriteFile("a", []byte("1")))
	require.NoError(t, d.WriteFile("b", nil))
	before := d.Syncs()
	require.NoError(t, d.Remove("a", "b", "gone already"))
	require.EqualValues(t, 1, d.Syncs()-before)
	require.NoError(t, d.Remove())
	require.EqualValues(t, 1, d.Syncs()-before, "if nothing was removed, nothing is synced")
	names, err := d.Names()
	require.NoError(t, err)
	require.Empty(t, names)
}

// unclosable is a filesystem whose files fail to close.
type unclosable struct{ afero.Fs }

type unclosed struct{ afero.File }

func (u unclosable) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := u.Fs.OpenFile(name, flag, perm)
	return unclosed{f}, err
}

func (f unclosed) Close() error { return errors.Join(f.File.Close(), errDisk) }

func TestAFailedCloseEndsAllMutations(t *testing.T) {
	for what, create := range map[string]func(*durable.Dir, string) (*durable.File, error){
		"a file": (*durable.Dir).Create, "a draft": (*durable.Dir).Draft,
	} {
		d := durable.NewDir(unclosable{afero.NewMemMapFs()}, "db", nil)
		require.NoError(t, d.Make())
		f, err := create(d, "f")
		require.NoError(t, err)
		require.ErrorIs(t, f.Close(), errDisk, what)
		require.ErrorIs(t, d.Poisoned(), errDisk, what)
	}
}
