package sst_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func requireIOError(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NotErrorIs(t, err, corrupt.Err)
	require.ErrorContains(t, err, "000007.sst")
}

// readAll opens a file and reads everything in every way. It returns the errors that it met, and reports as a problem
// any entry that was never written.
func readAll(file []byte, entries []keytest.Entry) (met []error, problem error) {
	r, err := sst.Open(bytes.NewReader(file), int64(len(file)), sst.ReaderOptions{Name: "000007.sst"})
	if err != nil {
		return []error{err}, nil
	}
	written := make(map[string]string, len(entries))
	id := func(user []byte, tr key.Trailer) string { return fmt.Sprintf("%q #%d", user, tr) }
	for _, e := range entries {
		written[id(e.Key, e.Trailer)] = string(e.Value)
	}
	scan := func(it key.Iterator, ok bool, step func() bool) {
		n := 0
		for ; ok; ok = step() {
			n++
			if value, known := written[id(it.Key(), it.Trailer())]; !known || value != string(it.Value()) {
				problem = fmt.Errorf("invented %q #%d = %q", it.Key(), it.Trailer(), it.Value())
			}
		}
		if it.Error() != nil {
			met = append(met, it.Error())
		} else if n != len(entries) {
			problem = fmt.Errorf("%d entries of %d, and no error", n, len(entries))
		}
	}
	it := r.NewIterator()
	scan(it, it.First(), it.Next)
	it = r.NewIterator()
	scan(it, it.Last(), it.Prev)
	for _, e := range entries {
		value, _, ok, err := r.Get(e.Key, e.Trailer.Seq())
		if err != nil {
			met = append(met, err)
		} else if !ok || !bytes.Equal(value, e.Value) {
			problem = fmt.Errorf("get %q: %q, %t, and no error", e.Key, value, ok)
		}
	}
	if err := r.Verify(); err != nil {
		met = append(met, err)
	} else if len(met) > 0 {
		problem = fmt.Errorf("verified, but reads say: %w", met[0])
	}
	return met, problem
}

// small returns a table of several blocks in less than 4 KiB.
func small(t testing.TB, layout sst.Layout) ([]byte, []keytest.Entry) {
	rng := rand.New(rand.NewPCG(4, 4))
	var entries []keytest.Entry
	for i := range 60 {
		entries = append(entries, keytest.Entry{
			Key: fmt.Appendf(nil, "key%03d", i/2), Trailer: key.MakeTrailer(key.Seq(100-i), key.Set),
			Value: keytest.Bytes(rng, i%20),
		})
	}
	file, _ := build(t, sst.WriterOptions{BlockBytes: 256, RestartInterval: 4, Layout: layout}, entries)
	require.Less(t, len(file), 5<<10)
	return file, entries
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector has nothing to find; run without -short")
	}
	for _, layout := range []sst.Layout{sst.Restarts, sst.Columns} {
		everyFlippedBit(t, layout)
	}
}

func everyFlippedBit(t *testing.T, layout sst.Layout) {
	t.Helper()
	file, entries := small(t, layout)
	noticesEveryFlippedBit(t, file, entries)
}

// noticesEveryFlippedBit flips each bit of a table in turn. Reading all entries must fail each time, and say in which file.
func noticesEveryFlippedBit(t *testing.T, file []byte, entries []keytest.Entry) {
	t.Helper()
	met, problem := readAll(file, entries)
	require.NoError(t, problem)
	require.Empty(t, met, "the undamaged file")
	for bit := range len(file) * 8 {
		damaged := bytes.Clone(file)
		damaged[bit/8] ^= 1 << (bit % 8)
		met, problem := readAll(damaged, entries)
		require.NoError(t, problem, "bit %d", bit)
		require.NotEmpty(t, met, "bit %d", bit)
		for _, err := range met {
			require.ErrorIs(t, err, corrupt.Err, "bit %d", bit)
			require.ErrorContains(t, err, "000007.sst", "bit %d", bit)
		}
	}
}

func TestEveryWrongLengthIsRefused(t *testing.T) {
	file, _ := small(t, sst.Columns)
	for _, f := range [][]byte{
		append(bytes.Clone(file), 0), append([]byte{0}, file...), append(bytes.Clone(file), file...),
	} {
		_, err := sst.Open(bytes.NewReader(f), int64(len(f)), sst.ReaderOptions{})
		require.ErrorIs(t, err, corrupt.Err)
	}
	for n := range file {
		_, err := sst.Open(bytes.NewReader(file[:n]), int64(n), sst.ReaderOptions{})
		require.ErrorIs(t, err, corrupt.Err, "%d bytes of %d", n, len(file))
		_, err = sst.Open(bytes.NewReader(file[:n]), int64(len(file)), sst.ReaderOptions{})
		require.ErrorIs(t, err, corrupt.Err, "%d bytes of a file of %d", n, len(file))
	}
}

func TestAMisplacedOrStaleBlockIsDetected(t *testing.T) {
	entries := plain(400)
	file, _ := build(t, sst.WriterOptions{}, entries)
	old := bytes.Clone(entries[3].Value)
	entries[3].Value = bytes.Repeat([]byte("!"), 100)
	newer, _ := build(t, sst.WriterOptions{}, entries)
	require.Len(t, newer, len(file))

	stale := append(bytes.Clone(file[:4096]), newer[4096:]...) // the write of the first 4 KiB never arrived
	require.True(t, bytes.Contains(stale, old))
	met, problem := readAll(stale, entries)
	require.NoError(t, problem)
	require.NotEmpty(t, met)
	for _, err := range met {
		require.ErrorIs(t, err, corrupt.Err)
	}
}

func TestALargeTableIsReadableUpToADamagedBlock(t *testing.T) {
	entries := plain(2000)
	file, _ := build(t, sst.WriterOptions{}, entries)
	file[len(file)/2] ^= 0x10
	met, problem := readAll(file, entries)
	require.NoError(t, problem)
	require.Greater(t, len(met), 20, "gets in the damaged block, two scans and Verify report it")
	require.Less(t, len(met), 60, "reads of other blocks succeed")

	it := open(t, file, sst.ReaderOptions{}).NewIterator()
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		require.Equal(t, entries[n].Key, it.Key())
		n++
	}
	require.InDelta(t, len(entries)/2, n, 100)
	require.ErrorIs(t, it.Error(), corrupt.Err)
	require.False(t, it.Valid())
	require.False(t, it.SeekGE(entries[0].Key, key.MaxSeq), "a broken iterator stays broken")
}

func TestANewerVersionIsDistinguishedFromDamage(t *testing.T) {
	file, _ := small(t, sst.Columns)
	footer := file[len(file)-64:]
	binary.LittleEndian.PutUint32(footer[48:], 3)
	_, err := sst.Open(bytes.NewReader(file), int64(len(file)), sst.ReaderOptions{Name: "f"})
	require.ErrorIs(t, err, corrupt.Err, "the checksum does not match")

	sum := crc32.Checksum(footer[:52], crc32.MakeTable(crc32.Castagnoli))
	binary.LittleEndian.PutUint32(footer[52:], sum)
	_, err = sst.Open(bytes.NewReader(file), int64(len(file)), sst.ReaderOptions{Name: "f"})
	require.ErrorIs(t, err, sst.ErrVersion)
	require.NotErrorIs(t, err, corrupt.Err)
	require.ErrorContains(t, err, "f has version 3")
}
