package engine_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// A range delete is at the end of a table and may hide keys at its beginning. Wherever the table is damaged or
// truncated, the report names every key that differs afterwards, even where the entries around it are readable.
func TestRepairNamesWhatLostRangeDeletesHid(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := tiny(fsys)
	o.MemtableBytes, o.TableBytes, o.L0CompactionFiles, o.LevelBytesBase, o.BlobValueBytes = 1<<20, 1<<20, 100, 1<<20, noBlobs
	db := open(t, o)
	for i := range 60 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i), []byte("old"), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	require.NoError(t, db.DeleteRange([]byte("key 010"), []byte("key 020"), engine.NoSync))
	for i := 20; i < 50; i++ {
		require.NoError(t, db.Put(fmt.Appendf(nil, "key %03d", i), fmt.Appendf(nil, "new %060d", i), engine.NoSync))
	}
	require.NoError(t, db.Flush())
	want := contents(t, db)
	require.NoError(t, db.Close())
	tables := find(t, fsys, "*.sst")
	require.Len(t, tables, 2)
	table := tables[1]
	whole, err := afero.ReadFile(fsys, table)
	require.NoError(t, err)

	back := 0 // number of times that deleted keys came back
	for at := 0; at < len(whole); at += 7 {
		for damage, edit := range map[string]func([]byte) []byte{
			"flipped": flip(at), "the end": func(b []byte) []byte { return b[:at] },
		} {
			where := fmt.Sprintf("byte %d of %d: %s", at, len(whole), damage)
			o.FS = copyOf(t, fsys)
			change(t, o.FS, table, edit)
			report, err := engine.Repair("db", o)
			require.NoError(t, err, where)
			db := open(t, o)
			got := contents(t, db)
			require.NoError(t, db.Close())
			if got["key 010"] != "" {
				back++
			}
			for i := range 60 {
				k := fmt.Sprintf("key %03d", i)
				require.True(t, got[k] == want[k] || names(report, filepath.Base(table), k), "%s: %s is %q, was %q; the report says %+v",
					where, k, got[k], want[k], report.Lost)
			}
			require.False(t, names(report, filepath.Base(table), "key 055"), "%s: the table ends before that key: %+v", where, report.Lost)
		}
	}
	require.Greater(t, back, 10)
}

// names reports whether a report says that a key may differ because of damage to a table.
func names(report engine.RepairReport, table, key string) bool {
	return slices.ContainsFunc(report.Lost, func(l engine.Loss) bool {
		return l.File == table && string(l.After) <= key && (l.Before == nil || key <= string(l.Before))
	})
}

// A commit that writes a key twice is atomic: if the second value is lost, the key has the value of an earlier commit
// and not the first of the two, which was never visible.
func TestRepairDropsValuesOverwrittenByTheirOwnCommit(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, LargeValueBytes: 100}
	db := open(t, o)
	require.NoError(t, db.Put([]byte("k"), []byte("before"), engine.Sync))
	var b engine.Batch
	b.Put([]byte("a"), []byte("of the same commit"))
	b.Put([]byte("k"), []byte("never shown"))
	b.Put([]byte("k"), pattern(5000, 1))
	require.NoError(t, db.Apply(&b, engine.Sync))
	require.NoError(t, db.Close())
	change(t, o.FS, find(t, o.FS, "*.blob")[0], flip(2000))

	report, err := engine.Repair("db", o)
	require.NoError(t, err)
	require.Len(t, report.Lost, 1)
	require.Equal(t, "k", string(report.Lost[0].Key))
	db = open(t, o)
	require.Equal(t, map[string]string{"a": "of the same commit", "k": "before"}, contents(t, db))
	require.NoError(t, db.Close())
}
