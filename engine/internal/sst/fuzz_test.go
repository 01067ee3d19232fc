package sst

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// seedTable returns a table of several blocks, whose keys start with prefix.
func seedTable(f *testing.F, o WriterOptions, prefix string) []byte {
	f.Helper()
	var file bytes.Buffer
	w := NewWriter(&file, o)
	for i := range byte(40) {
		if err := w.Add(append([]byte(prefix), 'k', i/3), key.MakeTrailer(key.Seq(100-i), key.Set), make([]byte, i)); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := w.Finish(); err != nil {
		f.Fatal(err)
	}
	return file.Bytes()
}

// reseal repairs the checksums of a damaged file, as far as its handles can be followed, so that the fuzzer gets past
// them.
func reseal(file []byte) {
	if len(file) < footerBytes {
		return
	}
	at := len(file) - footerBytes
	root := file[at:]
	for i := range 3 {
		sealAt(file[:at], root[i*handleBytes:])
	}
	fixed := footer{decodeHandle(root), decodeHandle(root[handleBytes:]), decodeHandle(root[2*handleBytes:]), formatVersion}
	copy(root, fixed.appendTo(nil))
}

// sealAt computes the checksum of the block that an encoded handle points to, and stores it in both places.
func sealAt(file, encoded []byte) {
	h := decodeHandle(encoded)
	if h.offset > uint64(len(file)) || h.end() > uint64(len(file)) {
		return
	}
	sealed, fixed := seal(bytes.Clone(file[h.offset:h.end()-blockTailBytes]), 0, h.offset,
		compress.Compression(file[h.end()-blockTailBytes]))
	copy(file[h.offset:], sealed)
	copy(encoded, fixed.appendTo(nil))
}

func FuzzOpen(f *testing.F) {
	for _, o := range []WriterOptions{
		{},
		{BlockBytes: 64, RestartInterval: 2},
		{BloomBitsPerKey: -1},
		{BlockBytes: 128, Layout: Columns},
		{Compression: compress.Snappy},
		{Compression: compress.Zstd},
	} {
		for _, prefix := range []string{"", "the keys are cut/"} {
			file := seedTable(f, o, prefix)
			f.Add(file, true)
			f.Add(file, false)
			f.Add(file[1:], true)
		}
	}
	f.Add([]byte{}, false)
	f.Add(make([]byte, footerBytes), true)
	f.Fuzz(func(t *testing.T, file []byte, fix bool) {
		if fix {
			file = bytes.Clone(file) // it belongs to the fuzzer
			reseal(file)
		}
		r, err := Open(bytes.NewReader(file), int64(len(file)), ReaderOptions{Name: "f"})
		if err != nil {
			requireClass(t, err)
			return
		}
		use(t, r)
	})
}

// use calls every method of a table. Whatever the file holds, all calls return.
func use(t *testing.T, r *Reader) {
	it := r.NewIterator()
	limit := int(r.size) // an entry takes more than a byte
	for ok := it.First(); ok; ok = it.Next() {
		if limit--; limit < 0 {
			t.Fatal("a scan does not end")
		}
		_, _, _, err := r.Get(it.Key(), it.Trailer().Seq())
		requireClass(t, err)
	}
	requireClass(t, it.Error())
	it = r.NewIterator()
	limit = int(r.size)
	for ok := it.Last(); ok; ok = it.Prev() {
		if limit--; limit < 0 {
			t.Fatal("a backward scan does not end")
		}
	}
	requireClass(t, it.Error())
	it = r.NewIterator()
	it.SeekGE(r.Meta().Smallest, 50)
	it.SeekLT(r.Meta().Largest)
	requireClass(t, r.Verify())
}

func requireClass(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, corrupt.Err) && !errors.Is(err, ErrVersion) {
		t.Fatalf("neither damage nor another version: %v", err)
	}
}

func FuzzBlock(f *testing.F) {
	file := seedTable(f, WriterOptions{BlockBytes: 128, RestartInterval: 3}, "")
	r, err := Open(bytes.NewReader(file), int64(len(file)), ReaderOptions{})
	if err != nil {
		f.Fatal(err)
	}
	for i := range r.index {
		payload, err := r.block(i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload, []byte{'k', 5}, uint64(50))
	}
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}, []byte{}, uint64(0))
	f.Fuzz(func(t *testing.T, payload, user []byte, seq uint64) {
		var i blockIter
		if i.reset(payload) != nil {
			return
		}
		walk := func(ok bool, step func() bool) {
			for limit := len(payload); ok; ok = step() {
				if limit--; limit < 0 {
					t.Fatal("a walk does not end")
				}
			}
		}
		walk(i.first(), i.next)
		walk(i.last(), i.prev)
		if i.seek(user, visible(key.Seq(seq)%key.MaxSeq)) {
			walk(true, i.prev)
		}
		if i.seek(user, visible(key.Seq(seq)%key.MaxSeq)) {
			walk(true, i.next)
		}
	})
}

func FuzzTail(f *testing.F) {
	file := seedTable(f, WriterOptions{BlockBytes: 128}, "")
	r, err := Open(bytes.NewReader(file), int64(len(file)), ReaderOptions{})
	if err != nil {
		f.Fatal(err)
	}
	payload := func(h handle) []byte { return file[h.offset : h.end()-blockTailBytes] }
	f.Add(payload(r.root.index), r.root.filter.offset)
	f.Add(payload(r.root.properties), uint64(0))
	f.Add(payload(r.root.filter), uint64(1))
	f.Add(encodeRanges(nil, rangedel.Set{{Start: []byte("a"), End: []byte("b"), Seq: 9}}), uint64(0))
	f.Add(binary.LittleEndian.AppendUint32(nil, 1<<31), uint64(1<<40))
	f.Fuzz(func(t *testing.T, payload []byte, end uint64) {
		if x, err := decodeIndex(payload, end); err == nil {
			x.seek([]byte("k"), 5)
		}
		if p, err := decodeProperties(payload, formatVersion); err == nil {
			again, err := decodeProperties(p.appendTo(nil), formatVersion)
			if err != nil || again.meta.Entries != p.meta.Entries {
				t.Fatalf("%+v became %+v, %v", p, again, err)
			}
		}
		if s, err := decodeRanges(payload); err == nil {
			again, err := decodeRanges(encodeRanges(nil, s))
			if err != nil || len(again) != len(s) || again[0].Seq != s[0].Seq {
				t.Fatalf("%+v became %+v, %v", s, again, err)
			}
		}
		if fl := filter(payload); fl.valid() {
			fl.mayHold(end)
		}
	})
}
