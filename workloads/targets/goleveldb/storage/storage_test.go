package storage_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"
	leveldb "github.com/syndtr/goleveldb/leveldb/storage"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/targets/goleveldb/storage"
)

func manifest(n int64) leveldb.FileDesc {
	return leveldb.FileDesc{Type: leveldb.TypeManifest, Num: n}
}

func table(n int64) leveldb.FileDesc { return leveldb.FileDesc{Type: leveldb.TypeTable, Num: n} }

// world is a directory with a way to open it as a storage.
type world struct {
	fs   afero.Fs
	dir  string
	open func(mode storage.Mode) (leveldb.Storage, error)
}

func theirs(t *testing.T) world {
	dir := filepath.Join(t.TempDir(), "db")
	return world{afero.NewOsFs(), dir, func(mode storage.Mode) (leveldb.Storage, error) {
		return leveldb.OpenFile(dir, bool(mode))
	}}
}

func ours(fs afero.Fs, dir string) world {
	return world{fs, dir, func(mode storage.Mode) (leveldb.Storage, error) { return storage.Open(fs, dir, mode) }}
}

// contents returns the content of the directory, without the text log and the lock.
func (w world) contents(t *testing.T) (all []string) {
	t.Helper()
	infos, err := afero.ReadDir(w.fs, w.dir)
	require.NoError(t, err)
	for _, info := range infos {
		if name := info.Name(); name != "LOG" && name != "LOCK" {
			text, err := afero.ReadFile(w.fs, filepath.Join(w.dir, name))
			require.NoError(t, err)
			all = append(all, fmt.Sprintf("%s=%q", name, text))
		}
	}
	return all
}

func say(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, os.ErrNotExist):
		return "not there"
	case errors.As(err, new(*leveldb.ErrCorrupted)):
		return "corrupt"
	}
	for _, class := range []error{leveldb.ErrClosed, leveldb.ErrLocked, leveldb.ErrInvalidFile} {
		if errors.Is(err, class) {
			return class.Error()
		}
	}
	return "an error"
}

// TestBehavesLikeTheStorageOfGoleveldb runs the same script on goleveldb's storage and on the adapter, and compares the results.
func TestBehavesLikeTheStorageOfGoleveldb(t *testing.T) {
	for name, script := range map[string]func(*testing.T, world) []string{"files": files, "pointers": pointers, "read-only": readOnly} {
		t.Run(name, func(t *testing.T) {
			want := script(t, theirs(t))
			require.Equal(t, want, script(t, ours(afero.NewOsFs(), filepath.Join(t.TempDir(), "db"))), "on the operating system")
			disk := faultfs.New(faultfs.Options{})
			require.Equal(t, want, script(t, ours(disk, "/db")), "on a faultfs")
			require.Empty(t, disk.OpenFiles())
		})
	}
}

func files(t *testing.T, w world) (seen []string) {
	did := func(what string, err error) { seen = append(seen, what+": "+say(err)) }
	s, err := w.open(storage.ReadWrite)
	require.NoError(t, err)
	_, err = w.open(storage.ReadWrite)
	require.Error(t, err, "the storage is already open")
	lock, err := s.Lock()
	did("lock", err)
	_, err = s.Lock()
	did("lock again", err)
	lock.Unlock()
	lock, err = s.Lock()
	did("lock after unlock", err)
	defer lock.Unlock()
	for _, fd := range []leveldb.FileDesc{table(3), manifest(2), {Type: leveldb.TypeJournal, Num: 7}, {Type: leveldb.TypeTemp, Num: 1 << 40}} {
		f, err := s.Create(fd)
		require.NoError(t, err)
		_, err = f.Write([]byte(fd.String()))
		did("write", errors.Join(err, f.Sync(), f.Close()))
		did("close again", f.Close())
	}
	for _, name := range []string{"000009.sst", "MANIFEST-x", "MANIFEST-5x", "5.txt", "noise", "12.log", "x000001.ldb"} {
		require.NoError(t, afero.WriteFile(w.fs, filepath.Join(w.dir, name), []byte(name), 0o644))
	}
	for _, types := range []leveldb.FileType{leveldb.TypeAll, leveldb.TypeTable, leveldb.TypeJournal | leveldb.TypeManifest} {
		fds, err := s.List(types)
		var names []string
		for _, fd := range fds {
			names = append(names, fd.String())
		}
		slices.Sort(names)
		did(strings.Join(names, " "), err)
	}
	for _, fd := range []leveldb.FileDesc{table(3), table(9), table(4), {}, {Type: leveldb.TypeTable, Num: -1}} {
		f, err := s.Open(fd)
		did("open", err)
		if err == nil {
			text, err := io.ReadAll(f)
			did(string(text), errors.Join(err, f.Close()))
		}
	}
	did("rename", s.Rename(table(3), table(5)))
	did("rename to itself", s.Rename(table(5), table(5)))
	did("rename nothing", s.Rename(table(3), table(6)))
	did("remove", s.Remove(table(5)))
	did("remove by its old name", s.Remove(table(9)))
	did("remove nothing", s.Remove(table(5)))
	seen = append(seen, w.contents(t)...)
	did("close", s.Close())
	did("close again", s.Close())
	_, err = s.List(leveldb.TypeAll)
	did("list when closed", err)
	_, err = s.GetMeta()
	did("meta when closed", err)
	return seen
}

// pointers leaves the files that name the current manifest in every state that a crash may leave, and in others.
func pointers(t *testing.T, w world) (seen []string) {
	for i, now := range []string{"", "MANIFEST-000001\n", "MANIFEST-000009\n", "MANIFEST-000001"} {
		for j, before := range []string{"", "MANIFEST-000002\n", "MANIF"} {
			for k, third := range []string{"", "MANIFEST-000003\n", "-"} {
				first := []string{"", "MANIFEST-000001\n"}[(i+j+k)%2]
				require.NoError(t, w.fs.RemoveAll(w.dir))
				require.NoError(t, w.fs.MkdirAll(w.dir, 0o755))
				for name, text := range map[string]string{
					"CURRENT": now, "CURRENT.bak": before, "CURRENT.3": third, "CURRENT.1": first, "CURRENT.x": "MANIFEST-000003\n",
					"MANIFEST-000001": "one", "MANIFEST-000002": "two", "MANIFEST-000003": "three",
				} {
					if text != "" {
						require.NoError(t, afero.WriteFile(w.fs, filepath.Join(w.dir, name), []byte(strings.Trim(text, "-")), 0o644))
					}
				}
				seen = append(seen, fmt.Sprintf("%q %q %q %q", now, before, third, first))
				seen = append(seen, pointed(t, w)...)
			}
		}
	}
	return seen
}

func pointed(t *testing.T, w world) (seen []string) {
	for _, mode := range []storage.Mode{storage.ReadOnly, storage.ReadWrite} {
		s, err := w.open(mode)
		require.NoError(t, err)
		fd, err := s.GetMeta()
		seen = append(seen, fd.String()+" "+say(err))
		seen = append(seen, w.contents(t)...)
		if mode == storage.ReadWrite {
			seen = append(seen, say(s.SetMeta(manifest(2))), say(s.SetMeta(manifest(2))), say(s.SetMeta(leveldb.FileDesc{})))
			seen = append(seen, w.contents(t)...)
		}
		require.NoError(t, s.Close())
	}
	return seen
}

func readOnly(t *testing.T, w world) (seen []string) {
	_, err := w.open(storage.ReadOnly)
	seen = append(seen, say(err))
	require.NoError(t, w.fs.MkdirAll(w.dir, 0o755))
	require.NoError(t, afero.WriteFile(w.fs, filepath.Join(w.dir, "000003.ldb"), nil, 0o644))
	s, err := w.open(storage.ReadOnly)
	require.NoError(t, err)
	lock, err := s.Lock()
	require.NoError(t, err)
	_, err = s.Lock()
	seen = append(seen, say(err))
	lock.Unlock()
	_, err = s.Create(table(1))
	seen = append(seen, say(err), say(s.Remove(table(3))), say(s.Rename(table(3), table(4))), say(s.SetMeta(manifest(1))))
	seen = append(seen, w.contents(t)...)
	return append(seen, say(s.Close()))
}

// TestAManifestIsSyncedWithItsDirectory cuts the power after the sync of a manifest and of another file.
func TestAManifestIsSyncedWithItsDirectory(t *testing.T) {
	for _, test := range []struct {
		fd   leveldb.FileDesc
		left bool
	}{{table(1), false}, {manifest(1), true}} {
		disk := faultfs.New(faultfs.Options{})
		require.NoError(t, disk.Mkdir("/db", 0o755))
		root, err := disk.Open("/")
		require.NoError(t, err)
		require.NoError(t, root.Sync())
		s, err := storage.Open(disk, "/db", storage.ReadWrite)
		require.NoError(t, err)
		f, err := s.Create(test.fd)
		require.NoError(t, err)
		require.NoError(t, f.Sync())
		img, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseAll()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		there, err := afero.Exists(img, "/db/"+test.fd.String())
		require.NoError(t, err)
		require.Equal(t, test.left, there, test.fd.String())
	}
}
