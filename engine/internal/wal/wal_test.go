package wal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// The default thresholds of a Writer.
var (
	spillBytesDefault  = int(limits.Default().LogSpillBytes)
	gatherBytesDefault = int(limits.Default().LogGatherBytes)
	aheadFromDefault   = limits.Default().LogAheadFrom
)

type memFile struct {
	bytes.Buffer
	writes, syncs int
}

func (f *memFile) Write(p []byte) (int, error) { f.writes++; return f.Buffer.Write(p) }
func (f *memFile) Sync() error                 { f.syncs++; return nil }
func (f *memFile) Close() error                { return nil }

// written returns a file of records "0", "1", ... of 100 bytes each, synced after every record up to synced.
func written(t testing.TB, records, synced int) ([]byte, []int64) {
	t.Helper()
	f := &memFile{}
	w := NewWriter(f, 7)
	var ends []int64
	for i := range records {
		require.NoError(t, w.Append(fmt.Appendf(nil, "%0100d", i)))
		require.NoError(t, w.Flush())
		ends = append(ends, w.Bytes())
		if i < synced {
			require.NoError(t, w.Sync())
		}
	}
	return f.Bytes(), ends
}

// readAll returns the records of a file, and whether they end before the file does.
func readAll(data []byte, num uint64) (records [][]byte, torn bool, err error) {
	r := NewReader(data, "test.log", num)
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return records, r.Offset() < int64(len(data)), nil
		}
		if err != nil {
			return records, false, err
		}
		records = append(records, bytes.Clone(record))
	}
}

func TestRecordsOfAllSizesRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	f := &memFile{}
	w := NewWriter(f, 7)
	var want [][]byte
	sizes := []int{
		0, 1, blockBytes - headerBytes, blockBytes - headerBytes - 1, blockBytes, 3 * blockBytes,
		blockBytes - 2*headerBytes, blockBytes - 2*headerBytes - 1, 2*gatherBytesDefault + 5,
	}
	for range 300 {
		sizes = append(sizes, rng.IntN(2000))
	}
	for i, size := range sizes {
		record := make([]byte, size)
		for j := range record {
			record[j] = byte(rng.Uint32())
		}
		want = append(want, record)
		require.NoError(t, w.Append(record))
		require.NoError(t, w.Flush())
		if i%10 == 0 {
			require.NoError(t, w.Seal(), "marks are not records")
		}
		require.EqualValues(t, f.Len(), w.Bytes())
	}
	got, torn, err := readAll(f.Bytes(), 7)
	require.NoError(t, err)
	require.False(t, torn)
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, bytes.Equal(want[i], got[i]), "record %d", i)
	}
}

func TestSmallRecordIsOneWrite(t *testing.T) {
	f := &memFile{}
	w := NewWriter(f, 7)
	require.NoError(t, w.Append(make([]byte, 3*blockBytes)))
	require.NoError(t, w.Flush())
	require.Equal(t, 1, f.writes)
	require.Zero(t, f.syncs)
}

// Every row damages a file of ten records.
func TestDamage(t *testing.T) {
	const cut = 4 // the record that is hit
	for name, c := range map[string]struct {
		synced  int
		damage  func(data []byte, start, end int64) []byte
		records int
		corrupt bool
	}{
		"truncated within a record that was never synced: a torn tail": {
			0, func(b []byte, _, end int64) []byte { return b[:end-1] }, cut, false,
		},
		"truncated within a header: a torn tail": {
			0, func(b []byte, start, _ int64) []byte { return b[:start+5] }, cut, false,
		},
		"truncated between records: a normal end": {
			0, func(b []byte, start, _ int64) []byte { return b[:start] }, cut, false,
		},
		"a sector of zeros before records that reached the disk: a torn tail, because nothing proves a sync": {
			0, func(b []byte, start, end int64) []byte { clear(b[start:end]); return b }, cut, false,
		},
		"a sector of zeros before a record that was written after a sync: corruption": {
			10, func(b []byte, start, end int64) []byte { clear(b[start:end]); return b }, cut, true,
		},
		"a flipped bit in a payload, with a later record that proves its sync: corruption": {
			10, func(b []byte, _, end int64) []byte { b[end-3] ^= 4; return b }, cut, true,
		},
		"a flipped bit in a length, so the next chunk is not found": {
			10, func(b []byte, start, _ int64) []byte { b[start+4] ^= 64; return b }, cut, true,
		},
		"a flipped bit in the synced offset itself": {
			10, func(b []byte, start, _ int64) []byte { b[start+12] ^= 1; return b }, cut, true,
		},
		"the previous record in its place: the checksum covers the offset": {
			10, func(b []byte, start, end int64) []byte { copy(b[start:end], b[2*start-end:start]); return b }, cut, true,
		},
		"damage just after the last proven sync: a torn tail": {
			cut, func(b []byte, _, end int64) []byte { b[end-3] ^= 4; return b }, cut, false,
		},
		"garbage after the end: a torn tail": {
			10, func(b []byte, _, _ int64) []byte { return append(b, 1, 2, 3, 4, 5) }, 10, false,
		},
		"zeros after the end: a torn tail": {
			10, func(b []byte, _, _ int64) []byte { return append(b, make([]byte, 4096)...) }, 10, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			data, ends := written(t, 10, c.synced)
			data = c.damage(bytes.Clone(data), ends[cut-1], ends[cut])
			records, _, err := readAll(data, 7)
			require.Len(t, records, c.records)
			if c.corrupt {
				require.ErrorIs(t, err, corrupt.Err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestSealProvesThatTheLastRecordWasDurable(t *testing.T) {
	f := &memFile{}
	w := NewWriter(f, 7)
	require.NoError(t, w.Append([]byte("the only record")))
	require.NoError(t, w.Seal())
	require.Equal(t, 2, f.syncs, "the proof is written after the first sync and made durable by the second")
	data := f.Bytes()
	data[headerBytes+2] ^= 1
	_, _, err := readAll(data, 7)
	require.ErrorIs(t, err, corrupt.Err)
}

// A reader that knows the end of a file treats nothing before it as a torn tail, and reads nothing beyond it.
func TestKnownEnd(t *testing.T) {
	data, ends := written(t, 5, 0)
	f := &memFile{}
	w := NewWriter(f, 7)
	long := make([]byte, 2*blockBytes)
	require.NoError(t, errors.Join(w.Append(long), w.Flush()))
	for name, c := range map[string]struct {
		data    []byte
		end     int64
		records int
		corrupt bool
	}{
		"the whole file":                        {data, ends[4], 5, false},
		"zeros after the end":                   {append(bytes.Clone(data), make([]byte, 100)...), ends[4], 5, false},
		"records after the end":                 {data, ends[3], 4, false},
		"a record is missing":                   {data[:ends[3]], ends[4], 4, true},
		"half a record":                         {data[:ends[4]-1], ends[4], 4, true},
		"zeros instead of a record":             {append(bytes.Clone(data[:ends[3]]), make([]byte, 200)...), ends[4], 4, true},
		"a flipped bit in the last record":      {flippedAt(data, ends[4]-3), ends[4], 4, true},
		"no bytes":                              {nil, ends[4], 0, true},
		"an end within a record":                {data, ends[3] + 30, 4, true},
		"an end between the chunks of a record": {f.Bytes(), blockBytes, 0, true},
		"the last chunk of a record is missing": {f.Bytes()[:2*blockBytes], int64(f.Len()), 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader(c.data, "test.log", 7)
			r.EndsAt(c.end)
			records := 0
			var err error
			for ; err == nil; records++ {
				_, err = r.Next()
			}
			require.Equal(t, c.records, records-1)
			if c.corrupt {
				require.ErrorIs(t, err, corrupt.Err)
			} else {
				require.ErrorIs(t, err, io.EOF)
			}
		})
	}
}

func flippedAt(data []byte, at int64) []byte {
	data = bytes.Clone(data)
	data[at] ^= 4
	return data
}

func TestAppendGathersUntilFlushed(t *testing.T) {
	f := &memFile{}
	w := NewWriter(f, 7)
	require.NoError(t, w.Append([]byte("one")))
	require.NoError(t, w.Append([]byte("two")))
	require.Zero(t, f.writes)
	require.Zero(t, w.Bytes())
	require.NoError(t, w.Flush())
	require.NoError(t, w.Flush())
	require.Equal(t, 1, f.writes, "both records take one write, and an empty flush takes none")
	for f.writes == 1 {
		require.NoError(t, w.Append(make([]byte, 1000)))
		require.NoError(t, w.Spill())
	}
	require.InDelta(t, spillBytesDefault, f.Len(), 2000, "a write happens without a flush once enough is gathered")
	for f.writes == 2 {
		require.NoError(t, w.Append(make([]byte, 1000)))
	}
	require.InDelta(t, spillBytesDefault+gatherBytesDefault, f.Len(), 4000, "a write happens without a spill once too much is gathered")
}

// brokenFile accepts no bytes.
type brokenFile struct{ memFile }

var errBroken = errors.New("broken disk")

func (*brokenFile) Write([]byte) (int, error) { return 0, errBroken }

// A failed write loses everything gathered, so later callers have nothing left to write and must get the error too.
func TestAFailedWriteIsNotForgotten(t *testing.T) {
	long := make([]byte, spillBytesDefault)
	for name, fails := range map[string]func(*Writer) error{
		"of Flush":  (*Writer).Flush,
		"of Spill":  (*Writer).Spill,
		"of Sync":   (*Writer).Sync,
		"of Append": func(w *Writer) error { return w.Append(make([]byte, gatherBytesDefault)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &brokenFile{}
			w := NewWriter(f, 7)
			require.NoError(t, w.Append(long))
			require.ErrorIs(t, fails(w), errBroken)
			require.ErrorIs(t, w.Flush(), errBroken)
			require.ErrorIs(t, w.Sync(), errBroken)
			require.ErrorIs(t, w.Seal(), errBroken)
			require.Zero(t, f.syncs)
		})
	}
}

func TestLogsNameTheirPredecessors(t *testing.T) {
	for name, c := range map[string]struct {
		write  func(w *Writer) error
		damage func([]byte)
		proves bool
	}{
		"a record alone proves nothing":              {func(w *Writer) error { return w.Flush() }, nil, false},
		"a sync that no later record mentions":       {func(w *Writer) error { return w.Sync() }, nil, false},
		"a record after a sync":                      {func(w *Writer) error { return errors.Join(w.Sync(), w.Append(nil), w.Flush()) }, nil, true},
		"a mark":                                     {func(w *Writer) error { w.Mark(); return w.Flush() }, nil, true},
		"a seal, even if the first record is broken": {(*Writer).Seal, func(b []byte) { b[headerBytes+1] ^= 1 }, true},
		"a broken record alone":                      {(*Writer).Flush, func(b []byte) { b[30] ^= 1 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &memFile{}
			w := NewWriter(f, 7)
			w.Begin(Before{Num: 5, Bytes: 70})
			require.NoError(t, w.Append([]byte("record")))
			require.NoError(t, c.write(w))
			data := f.Bytes()
			if c.damage != nil {
				c.damage(data)
			} else {
				r := NewReader(data, "test.log", 7)
				record, err := r.Next()
				require.NoError(t, err)
				require.Equal(t, "record", string(record))
				require.Equal(t, Before{Num: 5, Bytes: 70}, r.Before())
			}
			require.Equal(t, c.proves, Proves(data, "test.log", 7))
		})
	}
}

// zeroFile is a file that accepts zeros beyond its end.
type zeroFile struct {
	memFile
	zeros []int64 // where each began
	until int64
}

func (f *zeroFile) WriteZeros(off, n int64) error {
	f.zeros, f.until = append(f.zeros, off), off+n
	return nil
}

func TestSyncKeepsZerosAhead(t *testing.T) {
	const ahead = 32 << 10
	f := &zeroFile{}
	w := NewWriter(f, 7)
	w.WriteAhead(ahead)
	for w.Bytes() < 300<<10 {
		require.NoError(t, w.Append(make([]byte, 100)))
		before := f.until
		require.NoError(t, w.Sync())
		if w.Bytes() < aheadFromDefault {
			require.Empty(t, f.zeros, "a short log stays short")
			continue
		}
		require.Greater(t, f.until, w.Bytes())
		require.LessOrEqual(t, f.until, w.Bytes()+ahead+ahead/4)
		if f.until != before && before > 0 {
			require.Equal(t, before, f.zeros[len(f.zeros)-1], "zeros are written without gaps or overlaps")
		}
	}
	require.Less(t, len(f.zeros), 20)
}

func TestFileOfAnotherNumberIsEmpty(t *testing.T) {
	data, _ := written(t, 3, 3)
	records, torn, err := readAll(data, 8)
	require.NoError(t, err)
	require.Empty(t, records)
	require.True(t, torn)
}

// FuzzReader reads damaged files: no panic, and only records that were written, in order.
func FuzzReader(f *testing.F) {
	data, _ := written(f, 5, 3)
	f.Add(data, 0, byte(0))
	f.Add(data[:100], 50, byte(255))
	f.Add([]byte{}, 0, byte(0))
	f.Fuzz(func(t *testing.T, data []byte, at int, flip byte) {
		data = bytes.Clone(data)
		if at >= 0 && at < len(data) {
			data[at] ^= flip
		}
		records, _, err := readAll(data, 7)
		if err != nil {
			require.ErrorIs(t, err, corrupt.Err)
		}
		total := 0
		for _, r := range records {
			total += len(r)
		}
		require.LessOrEqual(t, total, len(data))
	})
}

func TestAnyFlippedBitLeavesAPrefix(t *testing.T) {
	data, _ := written(t, 6, 3)
	whole, _, err := readAll(data, 7)
	require.NoError(t, err)
	for at := range data {
		damaged := bytes.Clone(data)
		damaged[at] ^= 1 << (at % 8)
		got, _, err := readAll(damaged, 7)
		require.Equal(t, append([][]byte(nil), whole[:len(got)]...), got)
		require.Less(t, len(got), len(whole), "every flipped bit is noticed")
		if int64(at) < int64(2*(headerBytes+100)) { // record 2 was synced when record 3 was written
			require.ErrorIs(t, err, corrupt.Err, "offset %d", at)
		}
	}
}
