package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// sample is a closed in-memory store: "old" is in a table of the bottom level, "flushed" in one of level 0, and "a",
// "b" and "c" are in the log.
func sample(t *testing.T) (afero.Fs, engine.Options) {
	t.Helper()
	_, closed, o := samples(t)
	return closed, o
}

// samples is the sample twice: killed instead of closed, and closed.
func samples(t *testing.T) (killed, closed afero.Fs, o engine.Options) {
	t.Helper()
	o = engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	put := func(k string) { require.NoError(t, db.Put([]byte(k), []byte("value of "+k), engine.Sync)) }
	put("old")
	require.NoError(t, db.Compact())
	put("flushed")
	require.NoError(t, db.Flush())
	put("a")
	put("b")
	put("c")
	killed = copyOf(t, o.FS)
	require.NoError(t, db.Close())
	return killed, o.FS, o
}

func find(t *testing.T, fsys afero.Fs, pattern string) []string {
	t.Helper()
	names, err := afero.Glob(fsys, filepath.Join("db", pattern))
	require.NoError(t, err)
	require.NotEmpty(t, names, pattern)
	return names
}

// edit changes the content of the only matching file.
func edit(t *testing.T, fsys afero.Fs, pattern string, change func([]byte) []byte) {
	t.Helper()
	names := find(t, fsys, pattern)
	require.Len(t, names, 1)
	content, err := afero.ReadFile(fsys, names[0])
	require.NoError(t, err)
	require.NoError(t, afero.WriteFile(fsys, names[0], change(content), 0o644))
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		if at < 0 {
			at += len(b)
		}
		b[at] ^= 1
		return b
	}
}

func cut(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }

// Every row damages a store that was killed, so that its end is unknown; for a closed one see TestDamageOfAClosedStore.
// The name of a row gives the reason for its outcome; if the store opens, the listed keys must be there.
func TestDamagedStores(t *testing.T) {
	const mark = 19 // the proof that ends an edit of the manifest
	for name, c := range map[string]struct {
		damage func(t *testing.T, fsys afero.Fs)
		err    error
		lost   string
	}{
		"nothing": {func(*testing.T, afero.Fs) {}, nil, ""},
		"log: the last record is truncated, as if never synced: a torn tail": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "*.log", cut(3)) }, nil, "c",
		},
		"log: the last record is damaged, as if never synced: a torn tail": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "*.log", flip(-3)) }, nil, "c",
		},
		"log: the first record is damaged, and later ones prove it was durable": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "*.log", flip(30)) }, engine.ErrCorrupt, "",
		},
		"log: empty, because only its name reached the disk": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/000999.log", nil, 0o644))
			}, nil, "",
		},
		"log: all zeros, because only its size reached the disk": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/000999.log", make([]byte, 5000), 0o644))
			}, nil, "",
		},
		"log: below the floor, because its removal did not reach the disk": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/000001.log", []byte("old"), 0o644))
			}, nil, "",
		},
		"table: live, but missing": {
			func(t *testing.T, fsys afero.Fs) { require.NoError(t, fsys.Remove(find(t, fsys, "*.sst")[0])) },
			engine.ErrCorrupt, "",
		},
		"table: live, but empty": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, find(t, fsys, "*.sst")[0], nil, 0o644))
			}, engine.ErrCorrupt, "",
		},
		"table: replaced by another table": {
			func(t *testing.T, fsys afero.Fs) {
				sst := find(t, fsys, "*.sst")
				content, err := afero.ReadFile(fsys, sst[0])
				require.NoError(t, err)
				require.NoError(t, afero.WriteFile(fsys, sst[1], content, 0o644))
			}, engine.ErrCorrupt, "",
		},
		"table: an empty orphan, because a flush was interrupted": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/000999.sst", nil, 0o644))
			}, nil, "",
		},
		"manifest: missing, though the marker names it": {
			func(t *testing.T, fsys afero.Fs) { require.NoError(t, fsys.Remove(find(t, fsys, "MANIFEST-*")[0])) },
			engine.ErrCorrupt, "",
		},
		"manifest: the first edit is damaged": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "MANIFEST-*", flip(25)) }, engine.ErrCorrupt, "",
		},
		"manifest: the last edit is damaged, and a later proof shows it was durable": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "MANIFEST-*", flip(-mark-3)) }, engine.ErrCorrupt, "",
		},
		"manifest: a later one without a marker, because its creation was interrupted": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/MANIFEST-000999", []byte("x"), 0o644))
			}, nil, "",
		},
		"marker: a newer one is empty, so the older one is valid": {
			func(t *testing.T, fsys afero.Fs) {
				require.NoError(t, afero.WriteFile(fsys, "db/marker.000999.MANIFEST-000998", nil, 0o644))
			}, nil, "",
		},
		"marker: the only one is damaged, and there are tables": {
			func(t *testing.T, fsys afero.Fs) { edit(t, fsys, "marker.*", flip(3)) }, engine.ErrCorrupt, "",
		},
		"marker: missing, and there are tables": {
			func(t *testing.T, fsys afero.Fs) { require.NoError(t, fsys.Remove(find(t, fsys, "marker.*")[0])) },
			engine.ErrCorrupt, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fsys, _, o := samples(t)
			o.FS = fsys
			c.damage(t, fsys)
			for range 2 { // recovery is idempotent
				db, err := engine.Open("db", o)
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
					continue
				}
				require.NoError(t, err)
				require.NoError(t, db.Verify())
				for _, k := range []string{"old", "flushed", "a", "b", "c"} {
					v, err := db.Get([]byte(k))
					if k == c.lost {
						require.ErrorIs(t, err, engine.ErrNotFound)
						continue
					}
					require.NoError(t, err, k)
					require.Equal(t, "value of "+k, string(v))
				}
				require.NoError(t, db.Close())
			}
		})
	}
}

func TestCleanOpenWritesNothingAndStartsNothing(t *testing.T) {
	inner, o := sample(t)
	fsys := newFaulty(inner, -1)
	o.FS = fsys
	before := runtime.NumGoroutine()
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.Equal(t, before, runtime.NumGoroutine())
	_, err = db.Get([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, db.Flush(), "Flush also writes replayed commits")
	require.Positive(t, fsys.calls)
	require.NoError(t, db.Close())
	fsys.calls = 0
	db, err = engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Zero(t, fsys.calls)
}

func TestFileNumbersAreNotUsedAgain(t *testing.T) {
	used := map[uint64]bool{}
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
	o.EventListener = &engine.EventListener{WALCreated: func(num uint64) {
		require.False(t, used[num], "log %d", num)
		used[num] = true
	}}
	for range 3 {
		db := open(t, o)
		for range 5 {
			require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.Sync))
			require.NoError(t, db.Flush())
		}
		require.NoError(t, db.Delete([]byte("a"), engine.Sync))
		require.NoError(t, db.Compact()) // leaves no log and no table that could tell the numbers
		require.NoError(t, db.Close())
	}
	require.Len(t, used, 18)
}

func TestOrphansAreRemovedEvenIfTheDiskIsFull(t *testing.T) {
	inner, o := sample(t)
	require.NoError(t, afero.WriteFile(inner, "db/000999.sst", make([]byte, 999), 0o644))
	o.FS = noCreate{inner}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

type noCreate struct{ afero.Fs }

func (f noCreate) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 {
		return nil, fmt.Errorf("no space")
	}
	return f.Fs.OpenFile(name, flag, perm)
}

// TestReplayedLogsDoNotStallWriters opens a store with as many live logs as would make writers wait for a flush. Only
// the first writer flushes what was replayed, so it must not wait for that.
func TestReplayedLogsDoNotStallWriters(t *testing.T) {
	db := open(t, engine.Options{FS: unflushed(t, 4, engine.Sync), MemtablesMax: 2})
	require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.Sync))
	require.Zero(t, db.Metrics().Memtables)
	require.Zero(t, db.Metrics().Stalls)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// noTables blocks the creation of tables.
type noTables struct {
	afero.Fs
	wait chan struct{}
}

func (f *noTables) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	if strings.HasSuffix(name, ".sst") {
		<-f.wait
	}
	return f.Fs.OpenFile(name, flag, perm)
}
