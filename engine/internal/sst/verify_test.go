package sst

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// A forged table has valid checksums and one mistake, such as a bug in the Writer would make.
func TestVerifyFindsErrorsThatChecksumsMiss(t *testing.T) {
	for name, c := range map[string]struct {
		forge func(w *Writer)
		want  string
	}{
		"the order in a block":     {func(w *Writer) { at(w, "1two")[0] = '0' }, `entry "k0" #513 after "k0" #257`},
		"the order across blocks":  {overlap, `entry "k3" #2305 after "k6" #1793`},
		"the order of the index":   {unsort, "malformed index"},
		"the number of entries":    {func(w *Writer) { w.props.meta.Entries++ }, "properties"},
		"the newest sequence":      {func(w *Writer) { w.props.meta.MaxSeq++ }, "properties"},
		"the oldest sequence":      {func(w *Writer) { w.props.meta.MinSeq-- }, "properties"},
		"the smallest key":         {func(w *Writer) { w.props.meta.Smallest = []byte("a") }, "properties"},
		"the largest key":          {func(w *Writer) { w.finishBlock(); w.last = []byte("k7") }, "properties"},
		"the size of the keys":     {func(w *Writer) { w.props.rawKeyBytes++ }, "properties"},
		"the size of the values":   {func(w *Writer) { w.props.rawValueBytes-- }, "properties"},
		"the keys of the filter":   {func(w *Writer) { w.hashes = w.hashes[:1] }, `the filter rejects key "k1"`},
		"the key in the index":     {func(w *Writer) { w.last = []byte("k7") }, `the index says "k7" #1793`},
		"the trailer in the index": {func(w *Writer) { w.lastTrailer-- }, `the index says "k6" #1792`},
		"a restart that shares":    {restartBefore("5five"), "shares 1 bytes"},
		"a restart in an entry":    {restartBefore("five"), "2 of 3 restart points"},
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			w := NewWriter(&file, WriterOptions{RestartInterval: 4})
			for i, value := range []string{"one", "two", "three", "four", "next", "five", "six"} {
				user := []byte{'k', byte('0' + i)}
				require.NoError(t, w.Add(user, key.MakeTrailer(key.Seq(i+1), key.Set), []byte(value)))
			}
			c.forge(w)
			_, err := w.Finish()
			require.NoError(t, err)
			r, err := Open(bytes.NewReader(file.Bytes()), int64(file.Len()), ReaderOptions{Name: "000007.sst"})
			if err == nil {
				err = r.Verify()
			}
			require.ErrorIs(t, err, corrupt.Err)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// at returns the part of the block that starts with text.
func at(w *Writer, text string) []byte { return w.buf[bytes.Index(w.buf, []byte(text)):] }

// restartBefore adds a restart point at the start of the entry whose header ends before text.
func restartBefore(text string) func(w *Writer) {
	return func(w *Writer) {
		w.restarts = append(w.restarts, uint32(len(w.buf)-len(at(w, text))-8-3))
	}
}

// overlap adds a second block that starts before the end of the first.
func overlap(w *Writer) {
	w.finishBlock()
	w.appendEntry([]byte("k3"), key.MakeTrailer(9, key.Set), nil, 0)
	w.appendEntry([]byte("k9"), key.MakeTrailer(9, key.Set), nil, 0)
	w.last, w.lastTrailer = []byte("k9"), key.MakeTrailer(9, key.Set)
}

// unsort adds a second block that ends before the end of the first.
func unsort(w *Writer) {
	w.finishBlock()
	w.appendEntry([]byte("k3"), key.MakeTrailer(9, key.Set), nil, 0)
	w.last, w.lastTrailer = []byte("k3"), key.MakeTrailer(9, key.Set)
}

func TestVerifyReadsTheFileAgain(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, WriterOptions{})
	require.NoError(t, w.Add([]byte("k"), key.MakeTrailer(1, key.Set), []byte("value")))
	_, err := w.Finish()
	require.NoError(t, err)
	b := file.Bytes()
	r, err := Open(bytes.NewReader(b), int64(len(b)), ReaderOptions{})
	require.NoError(t, err)
	require.NoError(t, r.Verify())

	b[bytes.Index(b, []byte("value"))] ^= 1
	_, _, ok, err := r.Get([]byte("k"), key.MaxSeq)
	require.NoError(t, err, "a small table is read from memory")
	require.True(t, ok)
	require.ErrorIs(t, r.Verify(), corrupt.Err)
}

func TestVerifyDetectsAReplacedTable(t *testing.T) {
	table := func(value string) []byte {
		var file bytes.Buffer
		w := NewWriter(&file, WriterOptions{})
		require.NoError(t, w.Add([]byte("k"), key.MakeTrailer(1, key.Set), []byte(value)))
		_, err := w.Finish()
		require.NoError(t, err)
		return file.Bytes()
	}
	mine, other := table("mine!"), table("other")
	r, err := Open(bytes.NewReader(mine), int64(len(mine)), ReaderOptions{})
	require.NoError(t, err)
	copy(mine, other)
	require.ErrorIs(t, r.Verify(), corrupt.Err)
}

func TestAFooterWithGapsOrOverlapsIsRefused(t *testing.T) {
	for name, forge := range map[string]func(f *footer){
		"a gap before the properties": func(f *footer) { f.properties.offset++ },
		"a gap before the index":      func(f *footer) { f.index.offset++; f.index.length-- },
		"an overlap of the index":     func(f *footer) { f.index.offset--; f.index.length++ },
		"a long filter":               func(f *footer) { f.filter.length = 1<<32 - 1 },
		"an index beyond the footer":  func(f *footer) { f.index.length += footerBytes },
		"a filter beyond the file":    func(f *footer) { f.filter.offset = 1 << 40 },
		"an offset that wraps around": func(f *footer) { f.filter.offset = ^uint64(0) },
		"parts that are adjacent only by wrapping around": func(f *footer) {
			f.filter = handle{offset: 1<<64 - 100, length: 95}
			f.properties.length += uint32(f.properties.offset)
			f.properties.offset = 0
		},
		"properties that overlap the next part": func(f *footer) { f.properties.length += 5 },
	} {
		t.Run(name, func(t *testing.T) {
			var file bytes.Buffer
			w := NewWriter(&file, WriterOptions{})
			require.NoError(t, w.Add([]byte("k"), key.MakeTrailer(1, key.Set), []byte("value")))
			_, err := w.Finish()
			require.NoError(t, err)
			b := file.Bytes()
			root, err := decodeFooter("f", b[len(b)-footerBytes:], int64(len(b)))
			require.NoError(t, err)
			forge(&root)
			copy(b[len(b)-footerBytes:], root.appendTo(nil))
			_, err = Open(bytes.NewReader(b), int64(len(b)), ReaderOptions{})
			require.ErrorIs(t, err, corrupt.Err)
			require.ErrorContains(t, err, "do not fill the file")
		})
	}
}

func TestAnIndexWithGapsOrOverlapsIsRefused(t *testing.T) {
	encode := func(handles ...handle) []byte {
		b := binary.LittleEndian.AppendUint32(nil, uint32(len(handles)))
		for i, h := range handles {
			b = indexEntry{user: []byte{byte(i)}, trailer: 5, handle: h}.appendTo(b)
		}
		return b
	}
	x, err := decodeIndex(encode(handle{length: 95}, handle{offset: 100, length: 45}), 150)
	require.NoError(t, err)
	require.Len(t, x, 2)
	for name, payload := range map[string][]byte{
		"nothing":                   {},
		"a gap at the start":        encode(handle{offset: 1, length: 94}, handle{offset: 100, length: 45}),
		"a gap between blocks":      encode(handle{length: 95}, handle{offset: 101, length: 44}),
		"an overlap":                encode(handle{length: 95}, handle{offset: 99, length: 46}),
		"a gap at the end":          encode(handle{length: 95}, handle{offset: 100, length: 44}),
		"a block beyond the end":    encode(handle{length: 95}, handle{offset: 100, length: 46}),
		"an offset that wraps":      encode(handle{offset: 1<<64 - 100, length: 95}, handle{length: 145}),
		"fewer blocks than counted": append([]byte{3}, encode(handle{length: 95}, handle{offset: 100, length: 45})[1:]...),
		"more blocks than counted":  append([]byte{1}, encode(handle{length: 145}, handle{offset: 150, length: 45})[1:]...),
		"a cut":                     encode(handle{length: 145})[:20],
	} {
		_, err := decodeIndex(payload, 150)
		require.Error(t, err, name)
	}
}

func TestMalformedBlocksAreRefused(t *testing.T) {
	word := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	one := append([]byte{0, 1, 1, 1, 2, 0, 0, 0, 0, 0, 0, 'k', 'v'}, append(word(0), word(1)...)...)
	var i blockIter
	require.NoError(t, i.reset(one))
	require.True(t, i.first())
	require.Equal(t, "k", string(i.user))
	require.Equal(t, "v", string(i.value))
	require.False(t, i.next())
	require.False(t, i.broken)

	for name, payload := range map[string][]byte{
		"nothing":                      {},
		"no restart point":             append(bytes.Clone(one[:13]), word(0)...),
		"restart points only":          append(word(0), word(1)...),
		"more restart points than fit": append(bytes.Clone(one[:17]), word(1<<30)...),
		"the first not at the start":   append(append(bytes.Clone(one[:13]), word(1)...), word(1)...),
	} {
		require.Error(t, i.reset(payload), name)
	}
	for name, change := range map[string]func(b []byte){
		"a key longer than the block":   func(b []byte) { b[1] = 100 },
		"a value longer than the block": func(b []byte) { b[2] = 2 },
		"a shared prefix of nothing":    func(b []byte) { b[0] = 1 },
		"an endless length":             func(b []byte) { copy(b, bytes.Repeat([]byte{0xff}, 13)) },
	} {
		b := bytes.Clone(one)
		change(b)
		require.NoError(t, i.reset(b), name)
		require.False(t, i.first(), name)
		require.True(t, i.broken, name)
	}
}

// Open checks range deletes, because a lookup in a table must know all of them.
func TestOpenRejectsInvalidRangeDeletes(t *testing.T) {
	tomb := func(start, end string, seq key.Seq) rangedel.Tombstone {
		return rangedel.Tombstone{Start: []byte(start), End: []byte(end), Seq: seq}
	}
	for _, c := range []struct {
		name  string
		forge func(w *Writer)
		want  string
	}{
		{"out of order", func(w *Writer) { w.ranges = rangedel.Set{tomb("c", "d", 2), tomb("a", "b", 1)} }, "range deletes"},
		{"overlapping", func(w *Writer) { w.ranges = rangedel.Set{tomb("a", "c", 2), tomb("b", "d", 1)} }, "range deletes"},
		{"upside down", func(w *Writer) { w.ranges = rangedel.Set{tomb("c", "a", 2)} }, "range deletes"},
		{"before the smallest key", outOfBounds(tomb("a", "k2", 3)), "out of the table's bounds"},
		{"after the largest key", outOfBounds(tomb("k2", "z", 3)), "out of the table's bounds"},
		{"newer than the newest", outOfBounds(tomb("k1", "k2", 9)), "out of the table's bounds"},
		{"older than the oldest", outOfBounds(tomb("k1", "k2", 1)), "out of the table's bounds"},
		{"not counted", func(w *Writer) {
			outOfBounds(tomb("k1", "k2", 3))(w)
			w.props.meta.Entries = 0
		}, "malformed"},
		{"outside the file", func(w *Writer) {
			outOfBounds(tomb("k1", "k2", 3))(w)
			w.props.fields[0].value = handle{offset: 1 << 40}.appendTo(nil)
		}, "malformed properties"},
		{"over the data blocks", func(w *Writer) {
			outOfBounds(tomb("k1", "k2", 3))(w)
			h := decodeHandle(w.props.fields[0].value)
			w.props.fields[0].value = handle{offset: h.offset - 1, length: h.length + 1}.appendTo(nil)
		}, "block checksum"},
		{"at no place", func(w *Writer) {
			outOfBounds(tomb("k1", "k2", 3))(w)
			w.props.fields[0].value = []byte("short")
		}, "malformed properties"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file bytes.Buffer
			w := NewWriter(&file, WriterOptions{})
			for i := range 4 {
				require.NoError(t, w.Add([]byte{'k', byte('0' + i)}, key.MakeTrailer(key.Seq(i+2), key.Set), nil))
			}
			c.forge(w)
			_, err := w.Finish()
			require.NoError(t, err)
			_, err = Open(bytes.NewReader(file.Bytes()), int64(file.Len()), ReaderOptions{Name: "000007.sst"})
			require.ErrorIs(t, err, corrupt.Err)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// outOfBounds writes a range delete that the properties do not cover.
func outOfBounds(ts ...rangedel.Tombstone) func(w *Writer) {
	return func(w *Writer) {
		w.finishBlock()
		w.buf = encodeRanges(w.buf, ts)
		w.props.set(field{tagRanges, w.seal(compress.None).appendTo(nil)})
		w.props.meta.Entries++
	}
}
