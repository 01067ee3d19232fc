package sst_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func TestDescribeTellsOfEveryPart(t *testing.T) {
	var entries []keytest.Entry
	var file bytes.Buffer
	w := sst.NewWriter(&file, sst.WriterOptions{BlockBytes: 1024, Layout: sst.Columns, Compression: compress.Zstd})
	for i := range byte(100) {
		entries = append(entries, keytest.Entry{Key: []byte{'k', i}, Trailer: set(5), Value: make([]byte, 50)})
		require.NoError(t, w.Add(entries[i].Key, entries[i].Trailer, entries[i].Value))
	}
	w.AddRanges(rangedel.Set{{Start: []byte("l"), End: []byte("m"), Seq: 7}})
	meta, err := w.Finish()
	require.NoError(t, err)
	r := open(t, file.Bytes(), sst.ReaderOptions{Name: "f"})
	d, err := r.Describe()
	require.NoError(t, err)
	require.Equal(t, uint32(2), d.Version)
	require.Equal(t, "columns", d.Layout.String())
	require.Equal(t, meta, d.Meta)
	require.Equal(t, uint64(5000), d.RawValueBytes)
	var names []string
	at := int64(0)
	var data []*sst.DataBlock
	for _, p := range d.Parts {
		require.Equal(t, at, p.Offset, "the parts adjoin")
		at += p.Bytes
		if p.Data == nil {
			names = append(names, p.Name)
			continue
		}
		data = append(data, p.Data)
		require.Equal(t, compress.Zstd, p.Data.Compression)
		require.Less(t, uint64(p.Bytes), p.Data.PayloadBytes)
	}
	require.EqualValues(t, file.Len(), at)
	require.Equal(t, []string{"range deletes", "filter", "properties", "index", "footer"}, names)
	require.Greater(t, len(data), 3)
	require.Equal(t, entries[0].Key, data[0].FirstKey)
	require.Equal(t, entries[99].Key, data[len(data)-1].LastKey)

	damaged := bytes.Clone(file.Bytes())
	damaged[d.Parts[1].Offset] ^= 1
	got, err := open(t, damaged, sst.ReaderOptions{Name: "f"}).Describe()
	require.ErrorIs(t, err, corrupt.Err)
	require.Len(t, got.Parts, len(d.Parts))
	require.Nil(t, got.Parts[1].Data.FirstKey)
	require.Equal(t, d.Parts[1].Data.LastKey, got.Parts[1].Data.LastKey)
	require.Equal(t, d.Parts[2], got.Parts[2], "later parts are still described")
}
