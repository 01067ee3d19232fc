package sst_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func set(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, key.Set) }

// sink records the sizes of Writes, and fails or truncates the one with number bad.
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

func TestAFailedWriteIsReportedByAllLaterCalls(t *testing.T) {
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
		"a smaller key":   {Key: []byte("j"), Trailer: set(5)},
		"a prefix":        {Key: []byte("k"), Trailer: set(9)},
		"a newer version": {Key: []byte("kk"), Trailer: set(6)},
		"the same entry":  {Key: []byte("kk"), Trailer: set(5)},
		"the same key and number with another kind": {Key: []byte("kk"), Trailer: key.MakeTrailer(5, 255)},
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

func TestEstimatedBytesIsCloseToTheSize(t *testing.T) {
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

// spy records the longest read.
type spy struct {
	*bytes.Reader
	most int
}

func (s *spy) ReadAt(b []byte, offset int64) (int, error) {
	s.most = max(s.most, len(b))
	return s.Reader.ReadAt(b, offset)
}

func TestAnEntryTooLargeForABlockIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("needs 2 GiB of address space")
	}
	w := sst.NewWriter(io.Discard, sst.WriterOptions{})
	require.ErrorIs(t, w.Add([]byte("k"), set(1), make([]byte, 1<<31)), sst.ErrTooLarge) // never touched
	_, err := w.Finish()
	require.ErrorIs(t, err, sst.ErrTooLarge)
}

// fruit is the content of the golden tables.
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

// TestTheFormatDoesNotDrift pins the bytes, because existing files must stay readable. A change of the format changes
// the version, and this test with it.
func TestTheFormatDoesNotDrift(t *testing.T) {
	file, _ := build(t, sst.WriterOptions{}, fruit())
	require.Equal(t, golden, hex.EncodeToString(file))

	file, _ = build(t, sst.WriterOptions{BlockBytes: 512}, plain(1000))
	require.Equal(t, "ec312088", fmt.Sprintf("%08x", crc32.ChecksumIEEE(file)))
}

func TestTheLayoutColumnsDoesNotDrift(t *testing.T) {
	file, _ := build(t, sst.WriterOptions{Layout: sst.Columns}, fruit())
	require.Equal(t, goldenColumns, hex.EncodeToString(file))

	cut := fruit()
	for i := range cut {
		cut[i].Key = append([]byte("fruit/"), cut[i].Key...)
	}
	file, _ = build(t, sst.WriterOptions{Layout: sst.Columns}, cut)
	require.Equal(t, goldenCut, hex.EncodeToString(file))

	file, _ = build(t, sst.WriterOptions{Layout: sst.Columns, BlockBytes: 512}, plain(1000))
	require.Equal(t, "e6bc1e24", fmt.Sprintf("%08x", crc32.ChecksumIEEE(file)))
}

// basket is the content of the compressed golden tables.
func basket() []keytest.Entry {
	var entries []keytest.Entry
	for i := range 20 {
		entries = append(entries, keytest.Entry{
			Key: fmt.Appendf(nil, "fruit %02d", i), Trailer: set(key.Seq(i + 1)), Value: []byte("an apple a day"),
		})
	}
	return entries
}

// TestCompressedTablesStayReadable does not pin the output of the encoders, which may change with their versions.
func TestCompressedTablesStayReadable(t *testing.T) {
	for c, golden := range map[compress.Compression]string{compress.Snappy: goldenSnappy, compress.Zstd: goldenZstd} {
		file, err := hex.DecodeString(golden)
		require.NoError(t, err)
		met, problem := readAll(file, basket())
		require.NoError(t, problem)
		require.Empty(t, met)
		d, err := open(t, file, sst.ReaderOptions{}).Describe()
		require.NoError(t, err)
		require.Equal(t, c, d.Parts[0].Data.Compression)
	}
}

func TestTheEstimateIsCloseForEveryLayout(t *testing.T) {
	for _, l := range []sst.Layout{sst.Restarts, sst.Columns} {
		for _, c := range compressions {
			var file bytes.Buffer
			w := sst.NewWriter(&file, sst.WriterOptions{Layout: l, Compression: c})
			for i, e := range repetitive(5000) {
				require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
				require.Greater(t, w.EstimatedBytes(), uint64(file.Len()), "after %d entries", i+1)
			}
			estimate := w.EstimatedBytes()
			meta, err := w.Finish()
			require.NoError(t, err)
			require.InEpsilon(t, meta.Bytes, estimate, 0.04, "layout %d, %v", l, c)
		}
	}
}

// golden is wrapped by line length, not at the boundaries of the file's parts.
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

const (
	goldenColumns = "" +
		"0102000000000000056170706c657265640001000000000000056170706c6501030000000000000761707269636f746f" +
		"72616e676500000000110000001f00000000656c7000656c706f636972020000000300000000e1da5dc8000000008000" +
		"000000000000000000000000000000002000000000000000280400000000004000000000808090000000000200000000" +
		"000000040000000002800700b3eee31a0300000000000000010000000000000003000000000000001100000000000000" +
		"0900000000000000056170706c650761707269636f748201010067290f64010000000761707269636f74010300000000" +
		"0000000000000000000055000000e1da5dc800a8832f265a0000000000000041000000b3eee31aa00000000000000039" +
		"00000067290f64de0000000000000024000000a8832f2602000000b44e569b4c544e475353540a"
	goldenCut = "" +
		"010200000000000003706c65726564000100000000000003706c650103000000000000057269636f746f72616e676566" +
		"727569742f6170000000000f0000001b00000000656c7000656c706f6369720800000003000000008f262a3902000000" +
		"004001000100000000000000000800080000000000001000000000000000004002000000040000002080002002000000" +
		"000000000000000000000000070028bb2e0b030000000000000001000000000000000300000000000000230000000000" +
		"000009000000000000000b66727569742f6170706c650d66727569742f61707269636f7482010100ab194ae801000000" +
		"0d66727569742f61707269636f7401030000000000000000000000000000570000008f262a3900e39e38de5c00000000" +
		"0000004100000028bb2e0ba20000000000000045000000ab194ae8ec000000000000002a000000e39e38de020000009a" +
		"4ee1bb4c544e475353540a"
	goldenSnappy = "" +
		"940608010100050164086672756974203030616e206170706c652061206461790102000501111f00313a1f000003361f" +
		"0000323a1f000004361f0000333a1f000005361f0000343a1f000006361f0000353a1f000007361f0000363a1f000008" +
		"361f0000373a1f000009361f0000383a1f00000a361f0000393a1f00000b321f000431303a1f00000c361f0000313a1f" +
		"00000d361f0000323a1f00000e361f0000333a1f00000f361f0000343a1f000010361f0000353a1f000011361f000036" +
		"3a1f000012361f0000373a1f000013361f0000383a1f000014361f000039361f00011df0491f0000003e0000005d0000" +
		"007c0000009b000000ba000000d9000000f80000001701000036010000550100007401000093010000b2010000d10100" +
		"00f00100000f0200002e0200004d02014ef0553030000031300000323000003330000034300000353000003630000037" +
		"300000383000003930000030310000313100003231000033310000343100003531000036310000373100003831000039" +
		"310600000014000000017ff4c2df442180010010115a630a4000409060048203202e205624381a230880988001002048" +
		"0a0ea242469d098001001349405232100e10216200020400a205806801f00700afd4c6c2140000000000000001000000" +
		"000000001400000000000000a00000000000000018010000000000000866727569742030300866727569742031398201" +
		"01001ded4e130100000008667275697420313901140000000000000000000000000000890100007ff4c2df00cb455d7f" +
		"8e0100000000000041000000afd4c6c2d4010000000000003d0000001ded4e13160200000000000025000000cb455d7f" +
		"02000000bf7f7edf4c544e475353540a"
	goldenZstd = "" +
		"940628b52ffd40001402850600f20e292b704d8202d4555101208e8224042841d984b5aeb81329126a29534a292596bf" +
		"bc55021b0d854c56a09d7e0fbf9c72990ff3551ff54d9ff4451ff4dd675b66c36cd5466dd3266dd1066db7d93b123b10" +
		"3b9697c98be425f2027971bc265ed4cbe1272ff9c843fe718a47fce133174c43c5402d4c0a92254a8010eec0ce205380" +
		"21a82ad4c0449104a20008e09ce5a1a978348f45c666a3793434660f0746c7c645e55f2b2628e03507107e40fcc461e4" +
		"6584cbc8c38a939187a5b6bc0c71597158e132f23017b14e248b309b0c02eb272d44442180010010115a630a40004090" +
		"60048203202e205624381a2308809880010020480a0ea242469d098001001349405232100e10216200020400a2058068" +
		"01f00700afd4c6c2140000000000000001000000000000001400000000000000a0000000000000001801000000000000" +
		"086672756974203030086672756974203139820101001ded4e1301000000086672756974203139011400000000000000" +
		"00000000000000dd000000eb272d440015c2b0b3e20000000000000041000000afd4c6c228010000000000003d000000" +
		"1ded4e136a010000000000002500000015c2b0b30200000013f192f54c544e475353540a"
)
