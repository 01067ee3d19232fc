package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// An errand is something that a user does with a store, its copies or its files. It returns what the user then knows
// and, if it creates or changes a store, the content of that store.
type errand struct {
	name string
	do   func(fsys *faultfs.FS, o engine.Options) (string, error)
	rots string // a file pattern; the largest match gets a wrong byte; "directory": the largest table becomes a directory
}

var errands = []errand{
	{"open and read", func(_ *faultfs.FS, o engine.Options) (string, error) { return readStore("db", o) }, ""},
	{"open for reading and read", func(_ *faultfs.FS, o engine.Options) (string, error) {
		o.ReadOnly = true
		return readStore("db", o)
	}, ""},
	{"compact", withStore(func(db *engine.DB, _ engine.Options) (string, error) { return "db", db.Compact() }), ""},
	{"flush", withStore(func(db *engine.DB, _ engine.Options) (string, error) { return "db", db.Flush() }), ""},
	{"verify open store", withStore(func(db *engine.DB, _ engine.Options) (string, error) { return "db", db.Verify() }), ""},
	{"checkpoint", withStore(func(db *engine.DB, _ engine.Options) (string, error) { return "copy", db.Checkpoint("copy") }), ""},
	{"back up and restore", withStore(func(db *engine.DB, o engine.Options) (string, error) {
		info, err := engine.Backup(db, "repo")
		if err == nil {
			_, err = engine.Restore("repo", info.ID, "restored", o)
		}
		return "restored", err
	}), ""},
	{"prune and restore", func(fsys *faultfs.FS, o engine.Options) (string, error) {
		deleted, err := engine.PruneBackups("repo", 1, o)
		if err == nil {
			_, err = engine.Restore("repo", 2, "restored", o)
		}
		return fmt.Sprint(deleted) + content(fsys, "restored", o), err
	}, ""},
	{"verify", verify, ""},
	{"repair", repair, ""},
	{"repair a damaged table", repair, "*.sst"},
	{"repair a damaged blob file", repair, "*.blob"},
	{"repair a damaged log", repair, "*.log"},
	{"repair a damaged manifest", repair, "MANIFEST-*"},
	{"repair with a directory in place of a table", repair, "directory"},
	{"verify a damaged table", verify, "*.sst"},
	{"list backups", func(_ *faultfs.FS, o engine.Options) (string, error) {
		all, err := engine.Backups("repo", o)
		return fmt.Sprintf("%+v", all), err
	}, ""},
	{"verify backups", func(_ *faultfs.FS, o engine.Options) (string, error) { return "", engine.VerifyBackups("repo", o) }, ""},
	{"inspect", func(_ *faultfs.FS, o engine.Options) (string, error) { return inspectAll(o) }, ""},
}

func verify(_ *faultfs.FS, o engine.Options) (string, error) {
	report, err := engine.VerifyDir("db", o)
	return fmt.Sprintf("%+v", report), err
}

func repair(fsys *faultfs.FS, o engine.Options) (string, error) {
	report, err := engine.Repair("db", o)
	return fmt.Sprintf("%+v", report) + content(fsys, "db", o), err
}

// withStore returns an errand that runs on the open store and names a store to inspect.
func withStore(do func(db *engine.DB, o engine.Options) (string, error)) func(*faultfs.FS, engine.Options) (string, error) {
	return func(fsys *faultfs.FS, o engine.Options) (string, error) {
		db, err := engine.Open("db", o)
		if err != nil {
			return "", err
		}
		dir, err := do(db, o)
		if err = errors.Join(err, db.Close()); err != nil {
			return "", err
		}
		return content(fsys, dir, o), nil
	}
}

// content returns the content of a store, read from a disk that works again.
func content(fsys *faultfs.FS, dir string, o engine.Options) string {
	fsys.SetRules()
	text, err := readStore(dir, o)
	return fmt.Sprint(text, err)
}

// TestEveryCallOfTheFilesystemMayFail fails the first, second, ... call of each errand, including reads, until it needs
// no more calls. Each run returns the error, or the same as on a healthy disk; a failed write, sync or rename is always
// an error.
func TestEveryCallOfTheFilesystemMayFail(t *testing.T) {
	oneGoroutine(t)
	original := faultfs.New(faultfs.Options{})
	o := everything(t, original)
	copyOf := func() *faultfs.FS {
		image, err := original.Crash(original.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
		require.NoError(t, err)
		return image
	}
	for _, e := range errands {
		t.Run(e.name, func(t *testing.T) {
			o := o
			start := func() *faultfs.FS {
				fsys := copyOf()
				switch e.rots {
				case "":
				case "directory":
					name := largest(t, fsys, "*.sst")
					require.NoError(t, fsys.Remove(name))
					require.NoError(t, fsys.Mkdir(name, 0o755))
				default:
					name := largest(t, fsys, e.rots)
					info, err := fsys.Stat(name)
					require.NoError(t, err)
					change(t, fsys, name, flip(int(info.Size()/2)))
				}
				return fsys
			}
			fsys := start()
			o.FS = fsys
			want, err := e.do(fsys, o)
			require.NoError(t, err)
			for _, call := range []string{"any", "sync", "write", "rename"} {
				hit := true
				for n := 1; hit; n++ {
					fsys = start()
					rule, err := faultfs.ParseRule(fmt.Sprintf("eio %s nth=%d", call, n))
					require.NoError(t, err)
					fsys.SetRules(rule)
					o.FS = fsys
					got, err := e.do(fsys, o)
					hit = rule.Hits() > 0
					at := fmt.Sprintf("%s %d", call, n)
					switch {
					case !hit:
						require.NoError(t, err, at)
						require.Equal(t, want, got, at)
					case err != nil:
						require.True(t, errors.Is(err, syscall.EIO) || e.rots != "" && errors.Is(err, engine.ErrCorrupt), "%s: %v", at, err)
					case call != "any":
						require.Fail(t, "what was written may be lost, but no error was returned", at)
					case !strings.Contains(got, syscall.EIO.Error()): // a report of problems would have it
						require.Equal(t, want, got, "it failed without an error: %s", at)
					}
				}
			}
		})
	}
}

// everything makes a store with tables in several levels, large values, range deletes and two logs, and two backups of it.
func everything(t *testing.T, fsys *faultfs.FS) engine.Options {
	o := tiny(fsys)
	o.BlobValueBytes = 50
	db := open(t, o)
	for i := range 60 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%02d", i), []byte(strings.Repeat(fmt.Sprint(i), 1+i%40)), engine.NoSync))
		if i == 30 {
			require.NoError(t, db.DeleteRange([]byte("k05"), []byte("k10"), engine.NoSync))
			_, err := engine.Backup(db, "repo")
			require.NoError(t, err)
		}
	}
	_, err := engine.Backup(db, "repo")
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("last"), []byte("in the log"), engine.Sync))
	require.NoError(t, db.Close())
	return o
}

// readStore returns everything that a store shows, in both directions.
func readStore(dir string, o engine.Options) (text string, err error) {
	db, err := engine.Open(dir, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	it, err := db.NewIterator(engine.IterOptions{})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for ok := it.First(); ok; ok = it.Next() {
		fmt.Fprintf(&b, "%s=%s\n", it.Key(), it.Value())
	}
	err = it.Error()
	for ok := it.Last(); ok; ok = it.Prev() {
		fmt.Fprintf(&b, "%s\n", it.Key())
	}
	if err = errors.Join(err, it.Error(), it.Close()); err != nil {
		return "", err
	}
	for i := range 70 {
		value, err := db.Get(fmt.Appendf(nil, "k%02d", i))
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return "", err
		}
		fmt.Fprintf(&b, "%s %v\n", value, err)
	}
	return b.String(), nil
}

// inspectAll returns what the files of a store contain.
func inspectAll(o engine.Options) (string, error) {
	var b strings.Builder
	show := func(what any, err error) error {
		line, wrong := json.Marshal(what)
		b.Write(append(line, '\n'))
		return errors.Join(err, wrong)
	}
	inspect := map[engine.FileKind]func(string) error{
		engine.TableFile: func(path string) error {
			return show(engine.InspectTable(path, o, func(e engine.Entry) error { return show(e, nil) }))
		},
		engine.LogFile: func(path string) error {
			info, err := engine.InspectLog(path, o, func(r engine.LogRecord) error { return show(r, nil) })
			info.End = 0 // it is not known if the manifest cannot be read
			return show(info, err)
		},
		engine.ManifestFile: func(path string) error {
			return show(engine.InspectManifest(path, o, func(e engine.ManifestEdit) error { return show(e, nil) }))
		},
		engine.BlobFile: func(path string) error { return show(engine.InspectBlobFile(path, o)) },
	}
	for _, kind := range slices.Sorted(maps.Keys(inspect)) {
		names, err := engine.StoreFiles("db", kind, o)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(&b, names)
		for _, name := range names {
			if err := inspect[kind](filepath.Join("db", filepath.Base(name))); err != nil {
				return "", err
			}
		}
	}
	return b.String(), nil
}
