package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// ended is a store that was closed or copied, and what it must show from then on.
type ended struct {
	fs   afero.Fs
	want map[string]string
}

func inMemory(fsys afero.Fs) engine.Options { return engine.Options{FS: fsys, InlineMaintenance: true} }

// fill commits the given number of keys.
func (e *ended) fill(t *testing.T, db *engine.DB, keys int) {
	t.Helper()
	for range keys {
		k := fmt.Sprintf("key %d", len(e.want))
		require.NoError(t, db.Put([]byte(k), []byte("value"), engine.Sync))
		e.want[k] = "value"
	}
}

// endings are the ways in which a store can reach a state in which all of it is known to be durable.
var endings = map[string]func(t *testing.T) ended{
	"closed with a log": func(t *testing.T) ended {
		return endedBy(t, func(e *ended, db *engine.DB) { e.fill(t, db, 4) })
	},
	"closed with a table and a log": func(t *testing.T) ended {
		return endedBy(t, func(e *ended, db *engine.DB) {
			e.fill(t, db, 2)
			require.NoError(t, db.Flush())
			e.fill(t, db, 2)
		})
	},
	"closed with a table": func(t *testing.T) ended {
		return endedBy(t, func(e *ended, db *engine.DB) {
			e.fill(t, db, 2)
			require.NoError(t, db.Flush())
		})
	},
	"closed with three logs": closedWithThreeLogs,
	"a checkpoint": func(t *testing.T) ended {
		return endedBy(t, func(e *ended, db *engine.DB) {
			e.fill(t, db, 3)
			require.NoError(t, db.Checkpoint("copy"))
			e.moved(t, "copy")
		})
	},
	"a checkpoint of a closed store": func(t *testing.T) ended {
		e := endedBy(t, func(e *ended, db *engine.DB) { e.fill(t, db, 3) })
		o := inMemory(e.fs)
		o.ReadOnly = true
		db := open(t, o)
		require.NoError(t, db.Checkpoint("copy"))
		e.moved(t, "copy")
		require.NoError(t, db.Close())
		return e
	},
	"a backup that was restored": func(t *testing.T) ended {
		return endedBy(t, func(e *ended, db *engine.DB) {
			e.fill(t, db, 3)
			_, err := engine.Backup(db, "repository")
			require.NoError(t, err)
			_, err = engine.Restore("repository", 0, "copy", inMemory(e.fs))
			require.NoError(t, err)
			e.moved(t, "copy")
		})
	},
	"a store that was repaired": func(t *testing.T) ended {
		e := endedBy(t, func(e *ended, db *engine.DB) { e.fill(t, db, 3) })
		edit(t, e.fs, "*.log", func(b []byte) []byte { return append(b, 'x') })
		report, err := engine.Repair("db", inMemory(e.fs))
		require.NoError(t, err)
		require.NotEmpty(t, report.Damage)
		require.Empty(t, report.Lost)
		return e
	},
}

// endedBy runs a session and closes the store.
func endedBy(t *testing.T, session func(e *ended, db *engine.DB)) ended {
	t.Helper()
	e := ended{fs: afero.NewMemMapFs(), want: map[string]string{}}
	db := open(t, inMemory(e.fs))
	session(&e, db)
	require.NoError(t, db.Close())
	return e
}

// moved makes the store in dir the one to check.
func (e *ended) moved(t *testing.T, dir string) {
	t.Helper()
	to := afero.NewMemMapFs()
	names, err := afero.Glob(e.fs, filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, name := range names {
		content, err := afero.ReadFile(e.fs, name)
		require.NoError(t, err)
		require.NoError(t, afero.WriteFile(to, filepath.Join("db", filepath.Base(name)), content, 0o644))
	}
	e.fs = to
}

// tableGate blocks the creation of tables.
type tableGate struct {
	afero.Fs
	reached, open chan struct{}
}

func (g *tableGate) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if strings.HasSuffix(name, ".sst") {
		g.reached <- struct{}{}
		<-g.open
	}
	return g.Fs.OpenFile(name, flag, perm)
}

// closedWithThreeLogs closes a store while the flush of its first memtable is under way.
func closedWithThreeLogs(t *testing.T) ended {
	t.Helper()
	e := ended{fs: afero.NewMemMapFs(), want: map[string]string{}}
	g := &tableGate{e.fs, make(chan struct{}, 1), make(chan struct{})}
	db := open(t, engine.Options{FS: g, MemtableBytes: 1, MemtablesMax: 9})
	e.fill(t, db, 2)
	<-g.reached
	e.fill(t, db, 2)
	done := make(chan error)
	go func() { done <- db.Close() }()
	for {
		if _, err := db.Get([]byte("key 0")); err != nil {
			require.ErrorIs(t, err, engine.ErrClosed)
			break
		}
	}
	close(g.open)
	require.NoError(t, <-done)
	require.Len(t, find(t, e.fs, "*.log"), 3)
	return e
}

// whole reports whether a store shows everything. The error says why it does not open or cannot be read.
func (e *ended) whole(t *testing.T, fsys afero.Fs) (bool, error) {
	t.Helper()
	o := inMemory(fsys)
	o.ReadOnly = true
	db, err := engine.Open("db", o)
	if err != nil {
		return false, err
	}
	defer func() { require.NoError(t, db.Close()) }()
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	got := map[string]string{}
	for ok := it.First(); ok; ok = it.Next() {
		got[string(it.Key())] = string(it.Value())
	}
	err = it.Error()
	require.NoError(t, it.Close())
	return maps.Equal(e.want, got), err
}

// with returns the disk with one file's content replaced; nil removes the file.
func (e *ended) with(t *testing.T, name string, content []byte) afero.Fs {
	t.Helper()
	fsys := copyOf(t, e.fs)
	if content == nil {
		require.NoError(t, fsys.Remove(name))
		return fsys
	}
	require.NoError(t, afero.WriteFile(fsys, name, content, 0o644))
	return fsys
}

// TestDamageOfAClosedStore truncates every file to every length, flips a bit of every byte, and removes every file.
// Either the damage is detected or everything is still there. If anything is missing from a log, every reader detects
// it.
func TestDamageOfAClosedStore(t *testing.T) {
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			e := end(t)
			whole, err := e.whole(t, e.fs)
			require.NoError(t, err)
			require.True(t, whole)
			for _, name := range find(t, e.fs, "*") {
				if filepath.Base(name) == "LOCK" {
					continue
				}
				content, err := afero.ReadFile(e.fs, name)
				require.NoError(t, err)
				e.notices(t, name, nil, "removed")
				for keep := range content {
					e.notices(t, name, content[:keep], fmt.Sprintf("truncated to %d of %d bytes", keep, len(content)))
					rotten := bytes.Clone(content)
					rotten[keep] ^= 1 << (keep % 8)
					e.notices(t, name, rotten, fmt.Sprintf("a flipped bit in byte %d", keep))
				}
			}
		})
	}
}

func (e *ended) notices(t *testing.T, name string, content []byte, what string) {
	t.Helper()
	fsys := e.with(t, name, content)
	whole, err := e.whole(t, fsys)
	if err == nil {
		require.True(t, whole, "%s: %s", name, what)
		require.NotEqual(t, ".log", filepath.Ext(name), "%s: %s", name, what)
		return
	}
	require.ErrorIs(t, err, engine.ErrCorrupt, "%s: %s", name, what)
}

// Verify, repair and inspection know the end of a log, too.
func TestEveryReaderKnowsWhereALogEnds(t *testing.T) {
	for name, change := range map[string]func(content []byte) []byte{
		"truncated within a commit":        cut(3),
		"truncated between commits":        func(b []byte) []byte { return b[:len(b)-commitBytes] },
		"without a byte":                   func([]byte) []byte { return []byte{} },
		"removed":                          func([]byte) []byte { return nil },
		"a flipped bit in the last commit": flip(-3),
		"zeros at the end":                 func(b []byte) []byte { clear(b[len(b)-commitBytes:]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			e := endings["closed with a table and a log"](t)
			log := find(t, e.fs, "*.log")[0]
			content, err := afero.ReadFile(e.fs, log)
			require.NoError(t, err)
			end := int64(len(content))
			info, err := engine.InspectLog(log, inMemory(e.fs), nil)
			require.NoError(t, err)
			require.Equal(t, end, info.End)
			manifest, err := engine.InspectManifest(find(t, e.fs, "MANIFEST-*")[0], inMemory(e.fs), nil)
			require.NoError(t, err)
			require.Equal(t, []engine.LogEnd{{File: filepath.Base(log), Bytes: end}}, manifest.LogEnds)

			fsys := e.with(t, log, change(bytes.Clone(content)))
			o := inMemory(fsys)
			report, err := engine.VerifyDir("db", o)
			require.NoError(t, err)
			text := strings.Join(report.Problems, "\n")
			require.Equal(t, 1, strings.Count(text, filepath.Base(log)), text)
			if info, err = engine.InspectLog(log, o, func(engine.LogRecord) error { return nil }); err == nil {
				require.NotEmpty(t, info.Damage)
			}
			repaired, err := engine.Repair("db", o)
			require.NoError(t, err)
			require.Contains(t, strings.Join(repaired.Warnings, "\n"), "the end of a closed log is lost")
			require.True(t, slices.ContainsFunc(repaired.Lost, func(l engine.Loss) bool {
				return l.File == filepath.Base(log) && l.Offset+l.Bytes == end
			}), "%+v", repaired.Lost)
		})
	}
}

// commitBytes is the length in a log of a commit made by fill.
const commitBytes = 19 + 12 + 1 + 1 + 5 + 1 + 5

// A log that has become longer shows nothing new, whatever is beyond its end.
func TestNothingIsReadBeyondTheEndOfALog(t *testing.T) {
	for name, c := range map[string]struct {
		tail  func(t *testing.T, content []byte, num uint64) []byte
		whole bool
	}{
		"zeros":   {func(*testing.T, []byte, uint64) []byte { return make([]byte, 5000) }, true},
		"garbage": {func(*testing.T, []byte, uint64) []byte { return []byte("garbage") }, false},
		"a valid next commit": {func(t *testing.T, content []byte, num uint64) []byte {
			f := &file{}
			w := wal.NewWriter(f, num)
			r := wal.NewReader(content, "log", num)
			w.Begin(wal.Before{})
			var last []byte
			for {
				record, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				require.NoError(t, w.Append(record))
				last = bytes.Clone(record)
			}
			require.NoError(t, w.Flush())
			have := f.Len()
			require.Len(t, content, have, "the log is the one that was read before")
			last[0]++ // the next sequence number
			require.NoError(t, w.Append(last))
			require.NoError(t, w.Flush())
			return f.Bytes()[have:]
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := endings["closed with a log"](t)
			log := find(t, e.fs, "*.log")[0]
			content, err := afero.ReadFile(e.fs, log)
			require.NoError(t, err)
			var num uint64
			_, err = fmt.Sscanf(filepath.Base(log), "%d.log", &num)
			require.NoError(t, err)
			fsys := e.with(t, log, append(bytes.Clone(content), c.tail(t, content, num)...))
			whole, err := e.whole(t, fsys)
			require.NoError(t, err)
			require.True(t, whole)
			report, err := engine.VerifyDir("db", inMemory(fsys))
			require.NoError(t, err)
			require.Equal(t, c.whole, len(report.Problems) == 0, "%q", report.Problems)
			commits := 0
			_, err = engine.InspectLog(log, inMemory(fsys), func(engine.LogRecord) error { commits++; return nil })
			require.NoError(t, err)
			require.Len(t, e.want, commits)
		})
	}
}

// file is an in-memory log file.
type file struct{ bytes.Buffer }

func (*file) Sync() error  { return nil }
func (*file) Close() error { return nil }
