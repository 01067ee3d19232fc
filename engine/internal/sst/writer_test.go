package sst_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func set(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, key.Set) }

// sink records the sizes of Writes, and fails or cuts short the one with number bad.
type sink struct {
	sizes []int
	bad   int
	err   error
}

func (s *sink) Write(b []byte) (int, error) {
	s.sizes = append(s.sizes, len(b))
	if len(s.sizes) == s.bad {
		return len(b) / 2, s.err
	}
	return len(b), nil
}

func TestWritesAreFewAndLarge(t *testing.T) {
	for _, n := range []int{0, 1, 400} {
		var s sink
		w := sst.NewWriter(&s, sst.WriterOptions{})
		for _, e := range plain(n) {
			require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
		}
		_, err := w.Finish()
		require.NoError(t, err)
		require.Len(t, s.sizes, 1, "%d entries", n)
	}

	var s sink
	w := sst.NewWriter(&s, sst.WriterOptions{})
	for _, e := range plain(10_000) {
		require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
	}
	meta, err := w.Finish()
	require.NoError(t, err)
	require.LessOrEqual(t, len(s.sizes), int(meta.Bytes)/(64<<10)+1)
}

func TestEveryFailedWriteIsReportedFromThenOn(t *testing.T) {
	entries := plain(3000)
	writes := 0
	for _, cause := range []error{io.ErrClosedPipe, nil} {
		want := cause
		if want == nil {
			want = io.ErrShortWrite
		}
		for bad := 1; ; bad++ {
			s := sink{bad: bad, err: cause}
			w := sst.NewWriter(&s, sst.WriterOptions{})
			var err error
			for _, e := range entries {
				if failed := w.Add(e.Key, e.Trailer, e.Value); err == nil {
					err = failed
				} else {
					require.Equal(t, err, failed)
				}
			}
			meta, finished := w.Finish()
			if len(s.sizes) < bad {
				require.NoError(t, finished)
				break
			}
			require.ErrorIs(t, finished, want, "write %d", bad)
			require.Len(t, s.sizes, bad, "nothing is written after a failure")
			require.Zero(t, meta)
			writes++
		}
	}
	require.Greater(t, writes, 6)
}

func TestTheOrderOfEntriesIsAnInvariant(t *testing.T) {
	for name, second := range map[string]keytest.Entry{
		"a smaller key":           {Key: []byte("j"), Trailer: set(5)},
		"a prefix":                {Key: []byte("k"), Trailer: set(9)},
		"a newer version":         {Key: []byte("kk"), Trailer: set(6)},
		"the same entry":          {Key: []byte("kk"), Trailer: set(5)},
		"the same, but of a kind": {Key: []byte("kk"), Trailer: key.MakeTrailer(5, 255)},
	} {
		w := sst.NewWriter(io.Discard, sst.WriterOptions{})
		require.NoError(t, w.Add([]byte("kk"), set(5), nil))
		require.Panics(t, func() { _ = w.Add(second.Key, second.Trailer, nil) }, name)
	}
	w := sst.NewWriter(io.Discard, sst.WriterOptions{})
	_, err := w.Finish()
	require.NoError(t, err)
	require.Panics(t, func() { _ = w.Add([]byte("k"), set(1), nil) })
	require.Panics(t, func() { _, _ = w.Finish() })
}

func TestEstimatedBytesIsNearTheTruth(t *testing.T) {
	for _, n := range []int{1, 30, 1000, 10_000} {
		w := sst.NewWriter(io.Discard, sst.WriterOptions{})
		last := w.EstimatedBytes()
		for _, e := range plain(n) {
			require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
			require.Greater(t, w.EstimatedBytes(), last)
			last = w.EstimatedBytes()
		}
		meta, err := w.Finish()
		require.NoError(t, err)
		require.InDelta(t, meta.Bytes, last, 100, "%d entries", n)
		require.Equal(t, meta.Bytes, w.EstimatedBytes())
	}
}

func TestALargeValueIsABlockOfItsOwn(t *testing.T) {
	entries := []keytest.Entry{
		{Key: []byte("a"), Trailer: set(1), Value: []byte("small")},
		{Key: []byte("b"), Trailer: set(2), Value: bytes.Repeat([]byte("v"), 8<<20)},
		{Key: []byte("c"), Trailer: set(3), Value: []byte("small")},
	}
	file, _ := build(t, sst.WriterOptions{}, entries)
	f := &spy{Reader: bytes.NewReader(file)}
	r, err := sst.Open(f, int64(len(file)), sst.ReaderOptions{})
	require.NoError(t, err)
	require.NoError(t, r.Verify())
	for _, e := range entries {
		f.most = 0
		value, _, ok, err := r.Get(e.Key, key.MaxSeq)
		require.NoError(t, err)
		require.True(t, ok)
		require.True(t, bytes.Equal(e.Value, value))
		require.Less(t, f.most, len(e.Value)+100, "a small value must not cost the read of a large one")
	}
}

// spy remembers the longest read.
type spy struct {
	*bytes.Reader
	most int
}

func (s *spy) ReadAt(b []byte, offset int64) (int, error) {
	s.most = max(s.most, len(b))
	return s.Reader.ReadAt(b, offset)
}

func TestAnEntryThatNoBlockHoldsIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("needs 2 GiB of address space")
	}
	w := sst.NewWriter(io.Discard, sst.WriterOptions{})
	require.ErrorIs(t, w.Add([]byte("k"), set(1), make([]byte, 1<<31)), sst.ErrTooLarge) // never touched
	_, err := w.Finish()
	require.ErrorIs(t, err, sst.ErrTooLarge)
}

// fruit is what the golden tables hold.
func fruit() []keytest.Entry {
	return []keytest.Entry{
		{Key: []byte("apple"), Trailer: set(2), Value: []byte("red")},
		{Key: []byte("apple"), Trailer: key.MakeTrailer(1, key.Delete)},
		{Key: []byte("apricot"), Trailer: set(3), Value: []byte("orange")},
	}
}

func TestATableOfVersion1StaysReadable(t *testing.T) {
	file, err := hex.DecodeString(goldenVersion1)
	require.NoError(t, err)
	met, problem := readAll(file, fruit())
	require.NoError(t, problem)
	require.Empty(t, met)
}

// TestTheFormatDoesNotDrift pins the bytes: files that exist must stay readable. A change of the format changes the
// version, and this test with it.
func TestTheFormatDoesNotDrift(t *testing.T) {
	file, _ := build(t, sst.WriterOptions{}, fruit())
	require.Equal(t, golden, hex.EncodeToString(file))

	file, _ = build(t, sst.WriterOptions{BlockBytes: 512}, plain(1000))
	require.Equal(t, "ec312088", fmt.Sprintf("%08x", crc32.ChecksumIEEE(file)))
}

// golden is cut where a line ends, not where a part of the file does.
const goldenVersion1 = "" +
	"00050301020000000000006170706c65726564050000000100000000000002050601030000000000007269636f746f72" +
	"616e6765000000000100000000ab01717a00000000800000000000000000000000000000000000200000000000000028" +
	"0400000000004000000000808090000000000200000000000000040000000002800700b3eee31a030000000000000001" +
	"00000000000000030000000000000011000000000000000900000000000000056170706c650761707269636f740052fc" +
	"305f010000000761707269636f74010300000000000000000000000000003c000000ab01717a004673a48c4100000000" +
	"00000041000000b3eee31a87000000000000003600000052fc305fc200000000000000240000004673a48c0100000047" +
	"69c3bb4c544e475353540a"

const golden = "" +
	"00050301020000000000006170706c65726564050000000100000000000002050601030000000000007269636f746f72" +
	"616e6765000000000100000000ab01717a00000000800000000000000000000000000000000000200000000000000028" +
	"0400000000004000000000808090000000000200000000000000040000000002800700b3eee31a030000000000000001" +
	"00000000000000030000000000000011000000000000000900000000000000056170706c650761707269636f740052fc" +
	"305f010000000761707269636f74010300000000000000000000000000003c000000ab01717a004673a48c4100000000" +
	"00000041000000b3eee31a87000000000000003600000052fc305fc200000000000000240000004673a48c020000007e" +
	"e0e1d94c544e475353540a"
