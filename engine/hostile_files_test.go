//go:build unix

package engine_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// irregular are things that may have the name of a file without being a regular file.
var irregular = map[string]func(path string) error{
	"a named pipe": func(path string) error { return syscall.Mkfifo(path, 0o644) },
	"a directory": func(path string) error {
		return os.MkdirAll(filepath.Join(path, "with a directory in it"), 0o755)
	},
	"a symbolic link": func(path string) error {
		target := filepath.Join(filepath.Dir(filepath.Dir(path)), "target")
		if content, err := os.ReadFile(path + ".moved"); err == nil {
			if err := os.WriteFile(target, content, 0o644); err != nil {
				return err
			}
		}
		return os.Symlink(target, path)
	},
}

// osStore makes a store on the operating system's filesystem with a file of each kind and a table that holds a single
// key.
func osStore(t *testing.T) (dir string, o engine.Options) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "db")
	o = engine.Options{InlineMaintenance: true, BlobValueBytes: 100}
	db, err := engine.Open(dir, o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("in a table"), []byte("v"), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("in a blob file"), pattern(200, 1), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("in the log"), []byte("v"), engine.Sync))
	require.NoError(t, db.Close())
	return dir, o
}

// A non-regular file with the name of a store's file is damage, whether the store needs that file or not. Nothing waits
// for it or follows it, and Repair moves it out of the way and reports what is lost with it.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	for what, put := range irregular {
		for _, name := range []string{
			"marker.999999.MANIFEST-000001", "marker.000000.MANIFEST-000001", "MANIFEST-000099", "000099.log", "000099.sst",
			"000099.blob", "*.log", "*.sst", "*.blob", "MANIFEST-*", "marker.*",
		} {
			t.Run(what+" as "+name, func(t *testing.T) {
				dir, o := osStore(t)
				path := filepath.Join(dir, name)
				needed, err := filepath.Glob(path)
				require.NoError(t, err)
				if len(needed) > 0 {
					path = needed[0]
					require.NoError(t, os.Rename(path, path+".moved"))
				}
				require.NoError(t, put(path))
				_, err = engine.Open(dir, o)
				require.ErrorIs(t, err, engine.ErrCorrupt)
				require.ErrorContains(t, err, filepath.Base(path))
				require.ErrorContains(t, err, what)
				verified, err := engine.VerifyDir(dir, engine.Options{})
				require.NoError(t, err)
				require.NotEmpty(t, verified.Problems)
				report, err := engine.Repair(dir, o)
				require.NoError(t, err)
				require.Contains(t, report.Damage, what)
				require.Equal(t, len(needed) > 0 || name == "marker.999999.MANIFEST-000001" || name == "000099.log", len(report.Lost) > 0, "%+v", report)
				info, err := os.Lstat(filepath.Join(report.LostDir, filepath.Base(path)))
				require.NoError(t, err)
				require.False(t, info.Mode().IsRegular(), "it was moved, not copied")
				verified, err = engine.VerifyDir(dir, engine.Options{})
				require.NoError(t, err)
				require.Empty(t, verified.Problems)
			})
		}
	}
}

// Inspection opens a file only if it is regular.
func TestInspectionOpensOnlyRegularFiles(t *testing.T) {
	for what, put := range irregular {
		t.Run(what, func(t *testing.T) {
			for name, inspect := range map[string]func(path string) error{
				"000009.sst":      func(path string) error { _, err := engine.InspectTable(path, engine.Options{}, nil); return err },
				"000009.log":      func(path string) error { _, err := engine.InspectLog(path, engine.Options{}, nil); return err },
				"000009.blob":     func(path string) error { _, err := engine.InspectBlobFile(path, engine.Options{}); return err },
				"MANIFEST-000009": func(path string) error { _, err := engine.InspectManifest(path, engine.Options{}, nil); return err },
			} {
				path := filepath.Join(t.TempDir(), name)
				require.NoError(t, put(path))
				err := inspect(path)
				require.ErrorIs(t, err, engine.ErrCorrupt)
				require.ErrorContains(t, err, what)
			}
		})
	}
}

// A pipe in place of the directory is not opened, either.
func TestAPipeInPlaceOfTheDirectoryIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	require.NoError(t, syscall.Mkfifo(path, 0o644))
	_, err := engine.Open(path, engine.Options{})
	require.ErrorIs(t, err, syscall.ENOTDIR)
	_, err = engine.Repair(path, engine.Options{})
	require.ErrorIs(t, err, syscall.ENOTDIR)
	require.ErrorIs(t, engine.VerifyBackups(path, engine.Options{}), syscall.ENOTDIR)
}

// The lock file is written to. If it is a link, or a second name of another file, that file is left unchanged.
func TestTheLockIsNotFollowed(t *testing.T) {
	for name, put := range map[string]func(target, lock string) error{
		"a symbolic link": os.Symlink, "a hard link": os.Link,
		"a named pipe": func(_, lock string) error { return syscall.Mkfifo(lock, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := osStore(t)
			target, lock := filepath.Join(t.TempDir(), "precious"), filepath.Join(dir, "LOCK")
			require.NoError(t, os.WriteFile(target, []byte("precious"), 0o644))
			require.NoError(t, os.Remove(lock))
			require.NoError(t, put(target, lock))
			db, err := engine.Open(dir, o)
			if name == "a hard link" {
				require.NoError(t, err)
				require.NoError(t, db.Close())
			} else {
				require.ErrorIs(t, err, engine.ErrCorrupt)
				require.NotErrorIs(t, err, engine.ErrLocked)
				require.ErrorContains(t, err, "LOCK")
			}
			content, err := os.ReadFile(target)
			require.NoError(t, err)
			require.Equal(t, "precious", string(content))
		})
	}
}

// A directory in which Repair and backups write and delete must not be somewhere else.
func TestNoLinkLeadsWritesElsewhere(t *testing.T) {
	elsewhere := t.TempDir()
	precious := filepath.Join(elsewhere, "precious")
	require.NoError(t, os.WriteFile(precious, []byte("x"), 0o644))
	dir, o := osStore(t)
	db, err := engine.Open(dir, o)
	require.NoError(t, err)
	repo := filepath.Join(t.TempDir(), "repo")
	_, err = engine.Backup(db, repo)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(repo, "files")))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(repo, "files")))
	_, err = engine.Backup(db, repo)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, "files")
	require.NoError(t, db.Close())

	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	require.NoError(t, err)
	change(t, afero.NewOsFs(), tables[0], flip(3))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "lost")))
	_, err = engine.Repair(dir, o)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, "lost")
	left, err := os.ReadDir(elsewhere)
	require.NoError(t, err)
	require.Len(t, left, 1)
	_, err = os.Stat(precious)
	require.NotErrorIs(t, err, fs.ErrNotExist)
}

// A sparse file may claim any size. A file larger than the engine writes is not read into memory, and the error names
// the file and the limit.
func TestFileSizesAreNotTrusted(t *testing.T) {
	for name, size := range map[string]int64{
		"000099.log": 20 << 30, "*.log": 20 << 30, "MANIFEST-*": 20 << 30, "marker.*": 20 << 30, "*.sst": 20 << 30,
		"*.blob": 20 << 30,
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := osStore(t)
			path := filepath.Join(dir, name)
			if needed, err := filepath.Glob(path); err == nil && len(needed) > 0 {
				path = needed[0]
			}
			require.NoError(t, os.WriteFile(path, nil, 0o644))
			require.NoError(t, os.Truncate(path, size))
			_, err := engine.Open(dir, o)
			require.ErrorIs(t, err, engine.ErrCorrupt)
			require.ErrorContains(t, err, filepath.Base(path))
			report, err := engine.VerifyDir(dir, engine.Options{})
			require.NoError(t, err)
			require.NotEmpty(t, report.Problems)
			if kind := filepath.Ext(name); kind != ".sst" && kind != ".blob" {
				require.Contains(t, report.Problems[0], "the engine writes at most")
			}
			if filepath.Ext(name) == ".log" {
				_, err = engine.InspectLog(path, engine.Options{}, nil)
				require.ErrorContains(t, err, "the engine writes at most")
			}
			repaired, err := engine.Repair(dir, o)
			require.NoError(t, err)
			require.NotEmpty(t, repaired.Lost)
			report, err = engine.VerifyDir(dir, engine.Options{})
			require.NoError(t, err)
			require.Empty(t, report.Problems)
		})
	}
	dir, o := osStore(t)
	repo := filepath.Join(t.TempDir(), "repo")
	db, err := engine.Open(dir, o)
	require.NoError(t, err)
	_, err = engine.Backup(db, repo)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.NoError(t, os.Truncate(filepath.Join(repo, "backup-000001.json"), 20<<30))
	_, err = engine.Backups(repo, o)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.ErrorContains(t, err, "the engine writes at most")
	require.ErrorIs(t, (&engine.Options{MemtableBytes: 4<<30 + 1}).Validate(), engine.ErrOptions, "the log of such a memtable would be too large to read")
}

// A stored file that was replaced by a link or a pipe counts as missing: no restore opens it, and the next backup
// stores it again.
func TestBackupReplacesStoredFilesThatAreNotRegular(t *testing.T) {
	for what, put := range map[string]func(path string) error{
		"a named pipe": irregular["a named pipe"], "a symbolic link": irregular["a symbolic link"],
	} {
		t.Run(what, func(t *testing.T) {
			dir, o := osStore(t)
			repo := filepath.Join(t.TempDir(), "repo")
			backup := func() {
				db, err := engine.Open(dir, o)
				require.NoError(t, err)
				_, err = engine.Backup(db, repo)
				require.NoError(t, err)
				require.NoError(t, db.Close())
			}
			backup()
			stored, err := filepath.Glob(filepath.Join(repo, "files", "*.sst-*"))
			require.NoError(t, err)
			require.NoError(t, os.Rename(stored[0], stored[0]+".moved"))
			require.NoError(t, put(stored[0]))
			require.ErrorContains(t, engine.VerifyBackups(repo, o), what)
			_, err = engine.Restore(repo, 0, filepath.Join(t.TempDir(), "restored"), o)
			require.ErrorIs(t, err, engine.ErrCorrupt)
			require.ErrorContains(t, err, what)
			backup()
			require.NoError(t, engine.VerifyBackups(repo, o))
			info, err := os.Lstat(stored[0])
			require.NoError(t, err)
			require.True(t, info.Mode().IsRegular())
		})
	}
}
