package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// history is a closed store with every value that each of its keys ever had; "" stands for no value.
type history struct {
	fs   afero.Fs
	o    engine.Options
	had  map[string][]string
	last map[string]string
}

func (h *history) put(t *testing.T, db *engine.DB, k, v string) {
	t.Helper()
	require.NoError(t, db.Put([]byte(k), []byte(v), engine.Sync))
	h.had[k] = append(h.had[k], v)
	h.last[k] = v
}

// The values that a history puts into blob files.
const (
	noBlobs  = -1
	allBlobs = 20 // values under LargeValueBytes by the flush, the others by their commit
)

// newHistory makes a store with an old version of every key in a large table of the bottom level, newer ones above,
// deletions, and 40 commits in the log.
func newHistory(t *testing.T, fsys afero.Fs, blobValueBytes int) *history {
	t.Helper()
	h := &history{fs: fsys, o: tiny(fsys), had: map[string][]string{}, last: map[string]string{}}
	h.o.MemtableBytes, h.o.TableBytes, h.o.BlobValueBytes, h.o.BlobFileBytes = 1<<20, 8<<10, blobValueBytes, 4<<10
	db := open(t, h.o)
	for i := range 100 {
		h.put(t, db, fmt.Sprintf("key %03d", i), fmt.Sprintf("old value %060d", i))
	}
	require.NoError(t, db.Compact())
	for i := range 20 {
		k := fmt.Sprintf("key %03d", i*3)
		require.NoError(t, db.Delete([]byte(k), engine.Sync))
		delete(h.last, k)
		h.put(t, db, fmt.Sprintf("key %03d", i*3+1), fmt.Sprintf("newer value %060d", i))
	}
	require.NoError(t, db.Flush())
	for i := range 40 {
		h.put(t, db, fmt.Sprintf("log %03d", i), fmt.Sprintf("value %030d", i))
	}
	require.NoError(t, db.Close())
	return h
}

// judge opens a repaired store, which must be intact and have no key with a value that it never had. It returns the
// contents.
func (h *history) judge(t *testing.T, fsys afero.Fs, at string) map[string]string {
	t.Helper()
	o := h.o
	o.FS, o.ErrorIfMissing = fsys, true
	db, err := engine.Open("db", o)
	require.NoError(t, err, at)
	require.NoError(t, db.Verify(), at)
	got := contents(t, db)
	for k, v := range got {
		require.Contains(t, h.had[k], v, "%s: %s", at, k)
	}
	require.NoError(t, db.Put([]byte("new"), []byte("x"), engine.Sync), at)
	require.NoError(t, db.Compact(), at)
	require.NoError(t, db.Verify(), at)
	require.NoError(t, db.Close(), at)
	return got
}

func change(t *testing.T, fsys afero.Fs, name string, edit func([]byte) []byte) {
	t.Helper()
	content, err := afero.ReadFile(fsys, name)
	require.NoError(t, err)
	content = edit(content)
	f, err := fsys.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0o644)
	require.NoError(t, err)
	_, err = f.Write(content)
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

// largest returns the largest matching file, in the bottom level if it is a table.
func largest(t *testing.T, fsys afero.Fs, pattern string) string {
	t.Helper()
	return slices.MaxFunc(find(t, fsys, pattern), func(a, b string) int {
		x, err := fsys.Stat(a)
		require.NoError(t, err)
		y, err := fsys.Stat(b)
		require.NoError(t, err)
		return int(x.Size() - y.Size())
	})
}

// Every row damages a store. lost gives the minimum and maximum number of keys that may differ from before.
func TestRepairSalvagesWhatIsReadable(t *testing.T) {
	for name, c := range map[string]struct {
		pattern     string
		edit        func([]byte) []byte // nil: the file is removed
		least, most int
		warning     string
		between     bool // the report names keys around the loss
	}{
		"a block of a table": {"*.sst", flip(3000), 1, 5, "parts of tables", true},
		"the footer of a table, so that blocks are found by their checksums": {"*.sst", flip(-3), 0, 0, "parts of tables", true},
		"the filter of a table":             {"*.sst", flip(-1200), 0, 5, "parts of tables", true},
		"a truncated table":                 {"*.sst", cut(4000), 15, 40, "parts of tables", true},
		"a missing table":                   {"*.sst", nil, 25, 60, "parts of tables", true},
		"an empty table":                    {"*.sst", func([]byte) []byte { return nil }, 25, 60, "parts of tables", true},
		"a commit in the middle of the log": {"*.log", flip(1000), 1, 1, "middle of the store's history", false},
		"the last commit of the log":        {"*.log", flip(-3), 1, 1, "the end of a closed log", false},
		"a truncated log":                   {"*.log", cut(100), 1, 2, "the end of a closed log", false},
		"the log is missing":                {"*.log", nil, 40, 40, "the end of a closed log", false},
		"the marker":                        {"marker.*", flip(3), 0, 0, "", false},
		"the marker is missing":             {"marker.*", nil, 0, 0, "", false},
		"the manifest has a flipped bit":    {"MANIFEST-*", flip(40), 0, 0, "every table and log", false},
		"the manifest is missing":           {"MANIFEST-*", nil, 0, 0, "every table and log", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, afero.NewMemMapFs(), noBlobs)
			file := largest(t, h.fs, c.pattern)
			if c.edit == nil {
				require.NoError(t, h.fs.Remove(file))
			} else {
				change(t, h.fs, file, c.edit)
			}
			before := copyOf(t, h.fs)
			o := h.o
			o.ErrorIfMissing = true
			if db, err := engine.Open("db", o); err == nil {
				require.ErrorIs(t, db.Verify(), engine.ErrCorrupt)
				require.NoError(t, db.Close())
			}

			h.fs = before
			h.o.FS = before
			files := find(t, before, "*")
			report, err := engine.Repair("db", h.o)
			require.NoError(t, err)
			require.NotEmpty(t, report.Damage)
			require.NotEmpty(t, report.LostDir)
			if c.pattern != "marker.*" && c.pattern != "MANIFEST-*" || c.edit != nil {
				require.True(t, slices.ContainsFunc(report.Lost, func(l engine.Loss) bool {
					return l.File == filepath.Base(file) && (l.After != nil && l.Before != nil) == c.between
				}), "%+v", report.Lost)
			}
			require.Contains(t, strings.Join(report.Warnings, "\n"), c.warning)
			for _, name := range files {
				if filepath.Base(name) != "LOCK" {
					_, err := before.Stat(filepath.Join(report.LostDir, filepath.Base(name)))
					require.NoError(t, err, "the damaged file is kept")
				}
			}
			got := h.judge(t, before, name)
			require.EqualValues(t, len(got), report.Entries)
			lost := 0
			for k := range h.had {
				if got[k] != h.last[k] {
					lost++
				}
			}
			require.GreaterOrEqual(t, lost, c.least)
			require.LessOrEqual(t, lost, c.most)

			again, err := engine.Repair("db", h.o)
			require.NoError(t, err)
			require.Equal(t, engine.RepairReport{}, again, "a second repair finds nothing")
		})
	}
}

// Every row damages a blob file. Readable values stay where they are, or are copied if there is damage before them; the
// others are reported by name.
func TestRepairOfBlobFiles(t *testing.T) {
	for name, c := range map[string]struct {
		edit   func([]byte) []byte // nil: the file is removed
		few    bool                // exactly one value is lost
		stays  bool                // the file is needed after the repair
		copies bool                // values after the damage are copied to a new file
	}{
		"a value in the middle":                            {flip(2000), true, true, true},
		"the last value":                                   {flip(-1), true, true, false},
		"the header, so that all values are copied":        {flip(9), true, false, true},
		"the length of a value, so that no walk passes it": {flip(2096), true, true, true},
		"the end, with several values":                     {cut(500), false, true, false},
		"the whole file":                                   {nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, afero.NewMemMapFs(), allBlobs)
			require.NotEmpty(t, find(t, h.fs, "*.blob"))
			file := find(t, h.fs, "*.blob")[0]
			before := find(t, h.fs, "*.blob")
			if c.edit == nil {
				require.NoError(t, h.fs.Remove(file))
			} else {
				change(t, h.fs, file, c.edit)
			}
			report, err := engine.Repair("db", h.o)
			require.NoError(t, err)
			require.Contains(t, report.Damage, filepath.Base(file))
			lost := map[string]bool{}
			for _, l := range report.Lost {
				require.Equal(t, filepath.Base(file), l.File)
				require.NotNil(t, l.Key)
				lost[string(l.Key)] = true
			}
			if c.few {
				require.LessOrEqual(t, len(lost), 1)
			} else {
				require.Greater(t, len(lost), 3)
			}
			if len(lost) > 0 {
				require.Contains(t, strings.Join(report.Warnings, "\n"), "values in blob files are lost")
			}
			after, err := afero.Glob(h.fs, "db/*.blob")
			require.NoError(t, err)
			require.Equal(t, c.stays, slices.Contains(after, file))
			isNew := func(name string) bool { return !slices.Contains(before, name) }
			require.Equal(t, c.copies, slices.ContainsFunc(after, isNew))
			got := h.judge(t, h.fs, name)
			for k := range h.had {
				if !lost[k] {
					require.Equal(t, h.last[k], got[k], k)
				}
			}
			again, err := engine.Repair("db", h.o)
			require.NoError(t, err)
			require.Equal(t, engine.RepairReport{}, again)
		})
	}
}

// A store with damaged tables keeps its blob files; only the references are written anew.
func TestRepairOfTablesKeepsBlobFiles(t *testing.T) {
	for name, pattern := range map[string]string{
		"a table": "*.sst", "the log": "*.log", "the manifest": "MANIFEST-*",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, afero.NewMemMapFs(), allBlobs)
			before := find(t, h.fs, "*.blob")
			for _, name := range before { // as a crash may leave after the last value
				change(t, h.fs, name, func(b []byte) []byte { return append(b, "a value that was cut short"...) })
			}
			change(t, h.fs, largest(t, h.fs, pattern), flip(70))
			report, err := engine.Repair("db", h.o)
			require.NoError(t, err)
			for _, l := range report.Lost {
				require.Nil(t, l.Key, "no value is lost: %+v", l)
			}
			for _, name := range before {
				_, err := h.fs.Stat(filepath.Join(report.LostDir, filepath.Base(name)))
				require.NoError(t, err, "the directory lost holds the whole damaged store")
			}
			for _, name := range find(t, h.fs, "*.blob") {
				require.Contains(t, before, name, "no value was copied")
			}
			require.Greater(t, len(h.judge(t, h.fs, name)), 80)
		})
	}
}

func TestRepairLeavesAnIntactStoreAlone(t *testing.T) {
	fsys, o := sample(t)
	before := find(t, fsys, "*")
	report, err := engine.Repair("db", o)
	require.NoError(t, err)
	require.Equal(t, engine.RepairReport{}, report)
	require.Equal(t, before, find(t, fsys, "*"))
	_, err = engine.Repair("nowhere", o)
	require.ErrorIs(t, err, afero.ErrFileNotFound)
	db := open(t, o)
	_, err = engine.Repair("db", o)
	require.ErrorIs(t, err, engine.ErrLocked)
	require.NoError(t, db.Close())
}

// Range deletes hide what they hid before, whether they were in a table, in a damaged one or in the log.
func TestRepairKeepsRangeDeletes(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := tiny(fsys)
	o.MemtableBytes, o.TableBytes, o.L0CompactionFiles = 1<<20, 1<<20, 100
	db := open(t, o)
	remove := func(from, to string) {
		var b engine.Batch
		b.DeleteRange([]byte(from), []byte(to))
		require.NoError(t, db.Apply(&b, engine.Sync))
	}
	for i := range 100 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i), fmt.Appendf(nil, "value %040d", i), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	remove("key 010", "key 020")
	for i := range 40 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "other %03d", i), make([]byte, 40), engine.NoSync))
	}
	require.NoError(t, db.Flush())
	remove("key 030", "key 040")
	require.NoError(t, db.Close())
	for _, table := range find(t, fsys, "*.sst") {
		change(t, fsys, table, flip(300))
	}
	_, err := engine.Repair("db", o)
	require.NoError(t, err)
	db = open(t, o)
	require.NoError(t, db.Verify())
	got := contents(t, db)
	require.Greater(t, len(got), 100)
	for k := range got {
		require.False(t, k >= "key 010" && k < "key 020" || k >= "key 030" && k < "key 040", k)
	}
	require.NoError(t, db.Close())
}

// Unreadable range deletes are reported, because what they hid is back.
func TestRepairNamesLostRangeDeletes(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := tiny(fsys)
	o.MemtableBytes, o.TableBytes, o.L0CompactionFiles = 1<<20, 1<<20, 100
	db := open(t, o)
	require.NoError(t, db.Put([]byte("key 1"), []byte("v"), engine.NoSync))
	require.NoError(t, db.Compact())
	require.NoError(t, db.DeleteRange([]byte("key"), []byte("kez"), engine.NoSync))
	require.NoError(t, db.Flush())
	_, err := db.Get([]byte("key 1"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.NoError(t, db.Close())
	table := find(t, fsys, "*.sst")[1]
	change(t, fsys, table, flip(5))
	report, err := engine.Repair("db", o)
	require.NoError(t, err)
	require.Contains(t, strings.Join(report.Warnings, "\n"), "range deletes are lost")
	require.Len(t, report.Lost, 1)
	require.Equal(t, filepath.Base(table), report.Lost[0].File)
	require.Zero(t, report.Lost[0].Offset)
	require.Contains(t, report.Lost[0].Cause, "unreadable range deletes")
	db = open(t, o)
	require.NoError(t, db.Verify())
	require.Equal(t, map[string]string{"key 1": "v"}, contents(t, db))
	require.NoError(t, db.Close())
}
