package engine_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// blobsOf returns the names and the total size of the blob files on disk.
func blobsOf(t *testing.T, fsys afero.Fs) (names []string, bytes int64) {
	t.Helper()
	infos, err := afero.ReadDir(fsys, "db")
	require.NoError(t, err)
	for _, info := range infos {
		if strings.HasSuffix(info.Name(), ".blob") {
			names, bytes = append(names, info.Name()), bytes+info.Size()
		}
	}
	return names, bytes
}

func TestGarbageCollectionKeepsWhatASnapshotSees(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes int
	}{
		{"values that a flush separates", 100},
		{"values that their commit separates", 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := engine.Options{
				FS: afero.NewMemMapFs(), InlineMaintenance: true,
				BlobValueBytes: 50, LargeValueBytes: 200, BlobFileBytes: 4 << 10,
			}
			db, err := engine.Open("db", o)
			require.NoError(t, err)
			write := func(round uint64, every int) {
				for i := 0; i < 200; i += every {
					require.NoError(t, db.Put(fmt.Appendf(nil, "k%03d", i), pattern(c.bytes, round*1000+uint64(i)), engine.NoSync))
				}
				require.NoError(t, db.Compact())
				require.NoError(t, db.Verify())
			}
			write(1, 1)
			_, once := blobsOf(t, o.FS)
			snapshot := db.NewSnapshot()
			stream, err := snapshot.GetReader([]byte("k007"))
			require.NoError(t, err)
			for round := range uint64(5) {
				write(round+2, 1)
			}
			_, held := blobsOf(t, o.FS)
			require.GreaterOrEqual(t, held, 2*once, "both the snapshot's values and the current ones are kept")
			require.Less(t, held, 4*once, "values between the snapshot and now are collected")
			for i := range 200 {
				hasValue(t, snapshot, fmt.Sprintf("k%03d", i), pattern(c.bytes, 1000+uint64(i)))
				hasValue(t, db, fmt.Sprintf("k%03d", i), pattern(c.bytes, 6000+uint64(i)))
			}
			it, err := snapshot.NewIterator(engine.IterOptions{})
			require.NoError(t, err)
			snapshot.Close()
			write(7, 1)
			write(8, 10) // most files of round 7 stay, with some garbage in them
			got, err := io.ReadAll(stream)
			require.NoError(t, err)
			require.Equal(t, pattern(c.bytes, 1007), got, "a reader keeps the values that it can see")
			n := 0
			for ok := it.First(); ok; ok = it.Next() {
				require.Equal(t, pattern(c.bytes, 1000+uint64(n)), it.Value())
				n++
			}
			require.NoError(t, it.Error())
			require.Equal(t, 200, n)
			require.NoError(t, it.Close())
			require.NoError(t, stream.Close())
			_, after := blobsOf(t, o.FS)
			require.Less(t, after, 2*once)
			require.Positive(t, db.Metrics().BlobFilesDeleted)
			require.NoError(t, db.Verify())
			for i := range 200 {
				require.NoError(t, db.Delete(fmt.Appendf(nil, "k%03d", i), engine.NoSync))
			}
			require.NoError(t, db.Compact())
			names, _ := blobsOf(t, o.FS)
			require.Empty(t, names)
			require.Zero(t, db.Metrics().BlobFiles)
			require.NoError(t, db.Close())
		})
	}
}

func TestFilesThatAreMostlyGarbageAreEmptied(t *testing.T) {
	o := engine.Options{
		FS: afero.NewMemMapFs(), InlineMaintenance: true,
		BlobValueBytes: 50, LargeValueBytes: 1 << 20, BlobFileBytes: 1 << 20,
	}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	for i := range 100 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%03d", i), pattern(1000, uint64(i)), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	erase := func(from, to int) {
		for i := from; i < to; i++ {
			require.NoError(t, db.Delete(fmt.Appendf(nil, "k%03d", i), engine.NoSync))
		}
		require.NoError(t, db.Compact())
	}
	erase(0, 45)
	require.Zero(t, db.Metrics().BlobBytesMoved, "nothing is moved while less than half is garbage")
	require.InDelta(t, 45_000, db.Metrics().BlobGarbageBytes, 2000)
	erase(45, 60)
	m := db.Metrics()
	require.InDelta(t, 40_000, m.BlobBytesMoved, 2000, "live values are moved once")
	require.Zero(t, m.BlobGarbageBytes)
	_, bytes := blobsOf(t, o.FS)
	require.Less(t, bytes, int64(42_000))
	for i := 60; i < 100; i++ {
		hasValue(t, db, fmt.Sprintf("k%03d", i), pattern(1000, uint64(i)))
	}
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

func TestGarbageIsCollectedByOrdinaryWrites(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	o.MemtableBytes, o.BlobValueBytes, o.LargeValueBytes, o.BlobFileBytes = 16<<10, 50, 200, 32<<10
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	for i := range 4000 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%02d", i%40), pattern(100+i%2*200, uint64(i)), engine.NoSync))
	}
	_, bytes := blobsOf(t, o.FS)
	require.Less(t, bytes, int64(400<<10), "only 8 of 800 KiB are live")
	require.Positive(t, db.Metrics().BlobFilesDeleted)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// The conflict is found after the value has been written: nothing will ever refer to it.
func TestValuesOfRefusedCommitsAreCollected(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, LargeValueBytes: 100}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	txn, err := db.Begin(engine.TxnOptions{})
	require.NoError(t, err)
	require.NoError(t, txn.Put([]byte("k"), pattern(1000, 1)))
	require.NoError(t, db.Put([]byte("k"), []byte("first"), engine.Sync))
	require.ErrorIs(t, txn.Commit(engine.Sync), engine.ErrConflict)
	names, _ := blobsOf(t, o.FS)
	require.Len(t, names, 1)
	require.NoError(t, db.Flush())
	names, _ = blobsOf(t, o.FS)
	require.Empty(t, names)
	require.NoError(t, db.Close())
}

func TestLeftoversOfACrashAreRemoved(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, LargeValueBytes: 100}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("k"), pattern(1000, 1), engine.Sync))
	require.NoError(t, db.Close())
	require.NoError(t, afero.WriteFile(o.FS, "db/000077.blob", []byte("half"), 0o644))
	db, err = engine.Open("db", o)
	require.NoError(t, err)
	names, _ := blobsOf(t, o.FS)
	require.Len(t, names, 1)
	hasValue(t, db, "k", pattern(1000, 1))
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}
