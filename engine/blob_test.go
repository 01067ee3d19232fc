package engine_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// pattern returns bytes that differ between offsets and between seeds.
func pattern(n int, seed uint64) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], (uint64(i)+seed+1)*0x9e3779b97f4a7c15)
	}
	return b[:n]
}

// reader is anything that can be asked for a value: a store or a snapshot.
type reader interface {
	Get(key []byte) ([]byte, error)
	GetReader(key []byte) (*engine.ValueReader, error)
	NewIterator(o engine.IterOptions) (*engine.Iterator, error)
}

// hasValue reads a value in every possible way.
func hasValue(t *testing.T, r reader, key string, want []byte) {
	t.Helper()
	got, err := r.Get([]byte(key))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "get %s: %d bytes, want %d", key, len(got), len(want))
	stream, err := r.GetReader([]byte(key))
	require.NoError(t, err)
	got, err = io.ReadAll(stream)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "stream %s", key)
	require.EqualValues(t, len(want), stream.Len())
	at, err := stream.Seek(int64(len(want)/2), io.SeekStart)
	require.NoError(t, err)
	got, err = io.ReadAll(stream)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want[at:], got), "stream %s from the middle", key)
	require.NoError(t, stream.Close())
	it, err := r.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	require.True(t, it.SeekGE([]byte(key)))
	require.True(t, bytes.Equal(want, it.Value()), "forward %s", key)
	require.True(t, bytes.Equal(want, it.Value()), "once more")
	require.True(t, it.SeekLT([]byte(key+"\x00")))
	require.True(t, bytes.Equal(want, it.Value()), "backward %s", key)
	require.NoError(t, it.Error())
	require.NoError(t, it.Close())
}

func TestValuesOfEveryLengthRoundTrip(t *testing.T) {
	oneGoroutine(t)
	lengths := []int{0, 1, 1023, 1024, 4095, 4096, 65_535, 65_536, 65_537, 1<<20 - 1, 1 << 20, 1<<20 + 1, 5 << 20}
	for _, road := range []string{"put", "batch", "transaction"} {
		t.Run(road, func(t *testing.T) {
			o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
			db, err := engine.Open("db", o)
			require.NoError(t, err)
			values := map[string][]byte{}
			for i, n := range lengths {
				values[fmt.Sprintf("k%02d", i)] = pattern(n, uint64(i))
			}
			switch road {
			case "put":
				for k, v := range values {
					require.NoError(t, db.Put([]byte(k), v, engine.Durability(len(v)%3)))
				}
			case "batch":
				b := &engine.Batch{}
				for k, v := range values {
					b.Put([]byte(k), v)
					b.Delete([]byte("x" + k))
				}
				require.NoError(t, db.Apply(b, engine.Sync))
			case "transaction":
				require.NoError(t, db.Update(func(txn *engine.Txn) error {
					for k, v := range values {
						if err := txn.Put([]byte(k), v); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			logged := db.Metrics().LogBytes
			require.Less(t, logged, int64(3<<20), "values over 1 MiB are not in the log")
			snapshot := db.NewSnapshot()
			all := func(at string) {
				for k, v := range values {
					hasValue(t, db, k, v)
					if snapshot != nil {
						hasValue(t, snapshot, k, v)
					}
				}
				require.NoError(t, db.Verify(), at)
			}
			reopen := func() {
				snapshot.Close()
				require.NoError(t, db.Close())
				db, err = engine.Open("db", o)
				require.NoError(t, err)
				snapshot = db.NewSnapshot()
			}
			all("in the log")
			reopen()
			all("after recovery from the log")
			require.NoError(t, db.Flush())
			all("in level 0")
			require.NoError(t, db.Compact())
			all("in the bottom level")
			reopen()
			all("after recovery from tables")
			m := db.Metrics()
			require.Positive(t, m.BlobFiles)
			require.Zero(t, m.BlobGarbageBytes)
			snapshot.Close()
			require.NoError(t, db.Close())
		})
	}
}

func TestSeparationCanBeSwitchedOffAndOn(t *testing.T) {
	fsys := afero.NewMemMapFs()
	for round, threshold := range []int{-1, 10, -1} {
		db, err := engine.Open("db", engine.Options{
			FS: fsys, InlineMaintenance: true, BlobValueBytes: threshold, LargeValueBytes: 1000,
		})
		require.NoError(t, err)
		for r := range round {
			hasValue(t, db, fmt.Sprintf("middle%d", r), pattern(500, uint64(r)))
			hasValue(t, db, fmt.Sprintf("large%d", r), pattern(5000, uint64(r)))
		}
		require.NoError(t, db.Put(fmt.Appendf(nil, "middle%d", round), pattern(500, uint64(round)), engine.Sync))
		require.NoError(t, db.Put(fmt.Appendf(nil, "large%d", round), pattern(5000, uint64(round)), engine.Sync))
		require.NoError(t, db.Flush())
		require.Equal(t, threshold > 0, db.Metrics().BlobBytesWritten > 0)
		require.NoError(t, db.Verify())
		require.NoError(t, db.Close())
	}
}

// A batch is written to a blob file before it finds the memtable full. The flush then ends the file and refers to only
// part of it; the rest is not garbage, because its commit is still to come.
func TestValuesOfCommitsUnderWayAreNotGarbage(t *testing.T) {
	o := engine.Options{
		FS: afero.NewMemMapFs(), InlineMaintenance: true, MemtableBytes: 1, L0CompactionFiles: 1, LargeValueBytes: 100,
	}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%02d", i), pattern(200+i%2*2000, uint64(i)), engine.Sync))
	}
	require.NoError(t, db.Flush())
	m := db.Metrics()
	require.Zero(t, m.BlobBytesMoved, "large values are written once")
	require.Zero(t, m.BlobGarbageBytes)
	require.Less(t, m.BlobFiles, 20, "some files hold several values")
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// A process dies at every operation, and the power is cut at every operation of the recovery that follows. Whatever
// that recovery saw only in the page cache is then lost, and what it removed because of that must not be missing.
func TestPowerCutsAfterAKillLoseNoValue(t *testing.T) {
	oneGoroutine(t)
	o := engine.Options{InlineMaintenance: true, BlobValueBytes: 20, LargeValueBytes: 40, BlobFileBytes: 300}
	for n := 1; ; n++ {
		fs := faultfs.New(faultfs.Options{})
		dying := newFaulty(fs, n)
		o.FS = dying
		acked, _ := overwrite(o)
		if !dying.failed() {
			require.Greater(t, n, 100, "the script makes enough calls")
			return
		}
		o.FS = fs
		start := fs.Now()
		db, err := engine.Open("db", o)
		require.NoError(t, err, "killed at call %d", n)
		require.NoError(t, db.Put([]byte("other"), []byte(strings.Repeat("y", 50)), engine.Sync))
		for tick := start; tick <= fs.Now(); tick++ {
			for _, profile := range []faultfs.Profile{faultfs.LoseAll(), faultfs.PosixMin()} {
				at := fmt.Sprintf("killed at call %d, power cut at tick %d (%s)", n, tick, profile.Name)
				image, err := fs.Crash(tick, faultfs.Model{Profile: profile}, faultfs.ImageOptions{Chooser: faultfs.Seeded(tick)})
				require.NoError(t, err)
				o.FS = image
				again, err := engine.Open("db", o)
				require.NoError(t, err, at)
				got, err := again.Get([]byte("k"))
				if acked > 0 {
					require.NoError(t, err, at)
					require.GreaterOrEqual(t, string(got[:2]), fmt.Sprintf("%02d", acked), at)
				}
				require.NoError(t, again.Verify(), at)
				require.NoError(t, again.Close())
			}
		}
		require.NoError(t, db.Close())
	}
}

// overwrite writes the values 1 to 16 to one key, so that they end up in the log, in tables and, both by a flush and by
// a commit, in blob files, until something fails. It returns the last acknowledged one.
func overwrite(o engine.Options) (acked int, err error) {
	db, err := engine.Open("db", o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for i := 1; i <= 16; i++ {
		padding := []string{"", strings.Repeat("x", 20), strings.Repeat("y", 60), strings.Repeat("z", 60)}[i%4]
		if err := db.Put([]byte("k"), fmt.Appendf(nil, "%02d%s", i, padding), engine.Sync); err != nil {
			return acked, err
		}
		acked = i
		switch i {
		case 4, 8, 13: // at 4, the log refers to blob files of which the table needs none
			err = db.Flush()
		case 10, 15:
			err = db.Compact()
		}
		if err != nil {
			return acked, err
		}
	}
	return acked, nil
}

func TestAnIteratorThatOutlivesItsStoreRemovesNothingLive(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, BlobValueBytes: 20, LargeValueBytes: 40}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), pattern(30, 1), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("b"), pattern(50, 2), engine.Sync))
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	stream, err := db.GetReader([]byte("b"))
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.True(t, it.First())
	require.Equal(t, pattern(30, 1), it.Value())
	require.NoError(t, it.Close())
	got, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.Equal(t, pattern(50, 2), got)
	require.NoError(t, stream.Close())
	db, err = engine.Open("db", o)
	require.NoError(t, err)
	hasValue(t, db, "a", pattern(30, 1))
	hasValue(t, db, "b", pattern(50, 2))
	require.NoError(t, db.Close())
}

// A store that does not open leaves no table and no blob file open, although it had opened them.
func TestAFailedOpenLeavesNothingOpen(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	o := engine.Options{FS: disk, InlineMaintenance: true, BlobValueBytes: 20}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	require.NoError(t, db.Put([]byte("a"), pattern(30, 1), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("b"), pattern(30, 2), engine.Sync))
	require.NoError(t, db.Close())
	edit(t, disk, "*.log", func(b []byte) []byte { return b[:len(b)/2] })
	_, err = engine.Open("db", o)
	require.ErrorIs(t, err, engine.ErrCorrupt)
	require.Empty(t, disk.OpenFiles())
}
