package sst_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func tomb(start, end string, seq key.Seq) rangedel.Tombstone {
	return rangedel.Tombstone{Start: []byte(start), End: []byte(end), Seq: seq}
}

// ranged writes entries and range deletes into a table.
func ranged(t testing.TB, entries []keytest.Entry, s rangedel.Set) ([]byte, sst.Meta) {
	t.Helper()
	var file bytes.Buffer
	w := sst.NewWriter(&file, sst.WriterOptions{})
	for _, e := range entries {
		require.NoError(t, w.Add(e.Key, e.Trailer, e.Value))
	}
	w.AddRanges(s)
	meta, err := w.Finish()
	require.NoError(t, err)
	require.Equal(t, meta.Bytes, uint64(file.Len()))
	return file.Bytes(), meta
}

func TestATableKeepsItsRangeDeletes(t *testing.T) {
	var many rangedel.Set
	for i := range 5000 {
		many = append(many, tomb(fmt.Sprintf("k%05d", i), fmt.Sprintf("k%05d", i+1), key.Seq(1+i*7%5000)))
	}
	entries := []keytest.Entry{
		{Key: []byte("d"), Trailer: key.MakeTrailer(50, key.Set), Value: []byte("value")},
		{Key: []byte("f"), Trailer: key.MakeTrailer(60, key.Set), Value: []byte("value")},
	}
	for _, c := range []struct {
		name              string
		entries           []keytest.Entry
		set               rangedel.Set
		smallest, largest string
		min, max          key.Seq
	}{
		{"none", entries, nil, "d", "f", 50, 60},
		{"nothing else", nil, rangedel.Set{tomb("a", "c", 7)}, "a", "c", 7, 7},
		{"between entries", entries, rangedel.Set{tomb("d", "e", 55)}, "d", "f", 50, 60},
		{"around entries", entries, rangedel.Set{tomb("a", "c", 9), tomb("c", "z", 90)}, "a", "z", 9, 90},
		{"one range twice", entries, rangedel.Set{tomb("a", "c", 9), tomb("a", "c", 3)}, "a", "f", 3, 60},
		{"cut after a key", entries, rangedel.Set{tomb("", "f\x00", 9)}, "", "f", 9, 60},
		{"the empty key only", nil, rangedel.Set{tomb("", "\x00", 9)}, "", "", 9, 9},
		{"many, and few entries", entries, many, "d", "k05000", 1, 5000},
		{"many, and many entries", plain(2000), many, "", "", 1, 5000},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, meta := ranged(t, c.entries, c.set)
			r := open(t, file, sst.ReaderOptions{Name: "t"})
			require.Equal(t, meta, r.Meta())
			require.Equal(t, uint64(len(c.entries)+len(c.set)), meta.Entries)
			if c.largest != "" {
				require.Equal(t, []any{c.smallest, c.largest}, []any{string(meta.Smallest), string(meta.Largest)})
			}
			require.Equal(t, c.max, max(c.max, meta.MaxSeq), "the maximum includes entries, which may be newer")
			require.Equal(t, c.min, meta.MinSeq)
			require.Len(t, r.Ranges(), len(c.set))
			for i, want := range c.set {
				require.Equal(t, want.Seq, r.Ranges()[i].Seq)
				require.Equal(t, string(want.Start)+"-"+string(want.End),
					string(r.Ranges()[i].Start)+"-"+string(r.Ranges()[i].End))
			}
			require.NoError(t, r.Verify())
			it := r.NewIterator()
			n := 0
			for ok := it.First(); ok; ok = it.Next() {
				n++
			}
			require.Equal(t, len(c.entries), n)
			require.Equal(t, n > 0, it.Last())
			it.SeekLT([]byte("e"))
			require.NoError(t, it.Error())
			_, _, ok, err := r.Get([]byte("d"), key.MaxSeq)
			require.NoError(t, err)
			require.Equal(t, len(c.entries) == 2, ok)
		})
	}
}

func TestRangeDeletesAreEncodedAsDocumented(t *testing.T) {
	file, _ := ranged(t, nil, rangedel.Set{tomb("a", "c", 300), tomb("a", "c", 2), tomb("cc", "d", 7)})
	payload := "03000000" + "0161" + "0163" + "ac02" + "0161" + "0163" + "02" + "026363" + "0164" + "07"
	require.Equal(t, payload+"00", hex.EncodeToString(file[:len(payload)/2+1]))
}

func TestEveryFlippedBitOfRangeDeletesIsNoticed(t *testing.T) {
	entries := plain(3)
	file, _ := ranged(t, entries, rangedel.Set{tomb("a", "c", 300), tomb("cc", "d", 7)})
	noticesEveryFlippedBit(t, file, entries)
}

func TestInvalidRangeDeletesBreakAnInvariant(t *testing.T) {
	w := sst.NewWriter(&bytes.Buffer{}, sst.WriterOptions{})
	require.Panics(t, func() { w.AddRanges(rangedel.Set{tomb("a", "c", 3), tomb("b", "d", 5)}) })
	w.AddRanges(rangedel.Set{tomb("a", "c", 3)})
	require.Panics(t, func() { w.AddRanges(rangedel.Set{tomb("d", "e", 3)}) })
}

func TestATableWithoutRangeDeletesHasNoBlockForThem(t *testing.T) {
	file, _ := ranged(t, plain(3), nil)
	plainFile, _ := build(t, sst.WriterOptions{}, plain(3))
	require.Equal(t, plainFile, file)
}
