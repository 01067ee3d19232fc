package engine_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/internal/batch"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// explained fails the test unless the report names every key whose value after a repair is not the last one, either as
// the key of a lost value or between the keys around a loss.
func (h *history) explained(t *testing.T, got map[string]string, report *engine.RepairReport) (lost int) {
	t.Helper()
	for k := range h.had {
		if got[k] == h.last[k] {
			continue
		}
		lost++
		named := false
		for _, l := range report.Lost {
			named = named || bytes.Compare(l.After, []byte(k)) <= 0 && (l.Before == nil || bytes.Compare([]byte(k), l.Before) <= 0)
		}
		require.True(t, named, "%q has %q instead of %q, and the report does not say so: %+v", k, got[k], h.last[k], report.Lost)
	}
	return lost
}

// If a file holds another table than the one listed in the manifest, that table is lost, even if the other one is
// intact. Nothing of the other one becomes part of the store.
func TestRepairComparesTablesWithTheManifest(t *testing.T) {
	for name, edit := range map[string]func([]byte) []byte{
		"whole":                    func(b []byte) []byte { return b },
		"with a damaged block":     func(b []byte) []byte { return flip(100)(b) },
		"without its footer":       func(b []byte) []byte { return flip(-3)(b) },
		"with bytes after its end": func(b []byte) []byte { return append(b, make([]byte, 3000)...) },
		"with a damaged block and without its footer": func(b []byte) []byte { return flip(len(b) / 3)(flip(-3)(b)) },
	} {
		t.Run(name, func(t *testing.T) {
			whole := newHistory(t, afero.NewMemMapFs(), noBlobs)
			tables := find(t, whole.fs, "*.sst")
			require.Greater(t, len(tables), 2)
			for _, from := range tables {
				for _, to := range tables {
					if from == to {
						continue
					}
					h := *whole
					h.fs = copyOf(t, whole.fs)
					h.o.FS = h.fs
					other, err := afero.ReadFile(h.fs, from)
					require.NoError(t, err)
					change(t, h.fs, to, func([]byte) []byte { return edit(bytes.Clone(other)) })
					report, err := engine.Repair("db", h.o)
					require.NoError(t, err)
					require.Contains(t, strings.Join(report.Warnings, "\n"), "parts of tables are lost")
					require.Equal(t, filepath.Base(to), report.Lost[0].File)
					got := h.judge(t, h.fs, name)
					require.Positive(t, h.explained(t, got, &report), "%s in place of %s", from, to)
				}
			}
		})
	}
}

// An older table in place of a newer one with the same keys does not bring back what was deleted since.
func TestRepairBringsNothingBackFromAnOlderTable(t *testing.T) {
	for name, edit := range map[string]func([]byte) []byte{
		"whole": func(b []byte) []byte { return b }, "with a damaged block": flip(10), "with a damaged filter": flip(-300),
	} {
		t.Run(name, func(t *testing.T) {
			fsys := afero.NewMemMapFs()
			o := tiny(fsys)
			o.BlobValueBytes, o.TableBytes, o.MemtableBytes = -1, 1<<20, 1<<20
			db := open(t, o)
			for i := range 50 {
				require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i), pattern(50, uint64(i)), engine.Sync))
			}
			require.NoError(t, db.Compact())
			older, err := afero.ReadFile(fsys, find(t, fsys, "*.sst")[0])
			require.NoError(t, err)
			for i := 1; i < 49; i++ {
				require.NoError(t, db.Delete(fmt.Appendf(nil, "key %03d", i), engine.Sync))
			}
			for i := range 100 { // so that neither bounds nor counts tell the tables apart
				require.NoError(t, db.Put(fmt.Appendf(nil, "key 020 %d", i), pattern(50, uint64(i)), engine.Sync))
			}
			require.NoError(t, db.Compact())
			require.NoError(t, db.Close())
			change(t, fsys, find(t, fsys, "*.sst")[0], func([]byte) []byte { return edit(bytes.Clone(older)) })
			report, err := engine.Repair("db", o)
			require.NoError(t, err)
			require.Len(t, report.Lost, 1)
			require.Equal(t, "key 000", string(report.Lost[0].After))
			require.Equal(t, "key 049", string(report.Lost[0].Before))
			require.Contains(t, report.Lost[0].Cause, "not the table that the manifest lists")
			db = open(t, o)
			require.Empty(t, contents(t, db))
			require.NoError(t, db.Close())
		})
	}
}

// Without an index, blocks may be those of an older table with fewer keys that was put in place of the right one.
func TestRepairDoesNotTrustBlocksWithoutAnIndex(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := tiny(fsys)
	o.BlobValueBytes, o.TableBytes, o.MemtableBytes = -1, 1<<20, 1<<20
	db := open(t, o)
	put := func(i int) {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i), pattern(50, uint64(i)), engine.Sync))
	}
	for i := 1; i < 49; i++ {
		put(i)
	}
	require.NoError(t, db.Compact())
	older, err := afero.ReadFile(fsys, find(t, fsys, "*.sst")[0])
	require.NoError(t, err)
	put(0)
	put(49)
	require.NoError(t, db.Compact())
	require.NoError(t, db.Close())
	change(t, fsys, find(t, fsys, "*.sst")[0], func(b []byte) []byte { return append(older[:len(older)-100], make([]byte, 200)...) })
	report, err := engine.Repair("db", o)
	require.NoError(t, err)
	require.Len(t, report.Lost, 1)
	require.Equal(t, "key 000", string(report.Lost[0].After))
	require.Equal(t, "key 049", string(report.Lost[0].Before))
	require.Contains(t, report.Lost[0].Cause, "nothing proves that what was found before it is from this table")
}

// Bytes after the end of a table are damage for Verify, but nothing of the table is lost because of them.
func TestRepairDropsBytesAfterATable(t *testing.T) {
	h := newHistory(t, afero.NewMemMapFs(), noBlobs)
	for _, table := range find(t, h.fs, "*.sst") {
		change(t, h.fs, table, func(b []byte) []byte { return append(b, "and what a crash left"...) })
	}
	report, err := engine.Repair("db", h.o)
	require.NoError(t, err)
	require.NotEmpty(t, report.Damage)
	require.Empty(t, report.Lost)
	require.Zero(t, h.explained(t, h.judge(t, h.fs, "cut"), &report))
}

// Every row changes what the manifest says about an intact table. The two no longer match, so the table is lost.
func TestRepairTrustsTheManifest(t *testing.T) {
	for name, edit := range map[string]func(*manifest.Table){
		"the size":                     func(m *manifest.Table) { m.Bytes-- },
		"the number of entries":        func(m *manifest.Table) { m.Entries++ },
		"the smallest sequence number": func(m *manifest.Table) { m.MinSeq-- },
		"the largest sequence number":  func(m *manifest.Table) { m.MaxSeq++ },
		"the smallest key":             func(m *manifest.Table) { m.Smallest = m.Smallest[:len(m.Smallest)-1] },
		"the largest key":              func(m *manifest.Table) { m.Largest = append(slices.Clip(m.Largest), 0) },
		"values in a blob file": func(m *manifest.Table) {
			m.Blobs = []manifest.Blobs{{File: m.Blobs[0].File, Values: m.Blobs[0].Values + 1, Bytes: m.Blobs[0].Bytes}}
		},
		"bytes of values in blob files": func(m *manifest.Table) {
			m.Blobs = []manifest.Blobs{{File: m.Blobs[0].File, Values: m.Blobs[0].Values, Bytes: m.Blobs[0].Bytes - 1}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := afero.NewMemMapFs()
			o := small(fsys)
			db := open(t, o)
			h := &history{fs: fsys, o: o, had: map[string][]string{}, last: map[string]string{}}
			for i := range 20 {
				h.put(t, db, fmt.Sprintf("key %03d", i), string(pattern(200, uint64(i))))
			}
			require.NoError(t, db.Flush())
			require.NoError(t, db.Close())
			path := find(t, fsys, "MANIFEST-*")[0]
			num, ok := manifest.ParseFileName(filepath.Base(path))
			require.True(t, ok)
			change(t, fsys, path, func(b []byte) []byte {
				state, _, err := manifest.Load(b, path, num)
				require.NoError(t, err)
				edit(&state.Levels[0][0])
				snapshot := state.Snapshot()
				return engine.Framed(num, snapshot.Encode())
			})
			report, err := engine.Repair("db", o)
			require.NoError(t, err)
			require.Len(t, report.Lost, 1, "%+v", report)
			require.Equal(t, 20, h.explained(t, h.judge(t, fsys, name), &report))
		})
	}
}

// A log with commits that are already in tables is not the log that the store needs. It is lost, and not merged with
// them.
func TestRepairRejectsALogWithCommitsAlreadyInTables(t *testing.T) {
	h := newHistory(t, afero.NewMemMapFs(), noBlobs)
	log := find(t, h.fs, "*.log")[0]
	num, ok := filename.Parse(filepath.Base(log), filename.LogSuffix)
	require.True(t, ok)
	change(t, h.fs, log, func([]byte) []byte {
		record := make([]byte, batch.HeaderBytes)
		batch.PutHeader(record, 5, 1)
		return engine.Framed(num, batch.Append(record, key.Set, []byte("key 000"), []byte("a value of nobody")))
	})
	report, err := engine.Repair("db", h.o)
	require.NoError(t, err)
	require.Len(t, report.Lost, 2, "both the unexpected commits and the missing end of the closed log are reported")
	require.Equal(t, filepath.Base(log), report.Lost[0].File)
	require.Contains(t, strings.Join(report.Warnings, "\n"), "commits are lost")
	h.judge(t, h.fs, "an old commit")
}
