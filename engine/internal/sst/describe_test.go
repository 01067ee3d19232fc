package sst_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/sst"
)

func TestDescribeTellsOfEveryBlock(t *testing.T) {
	var entries []keytest.Entry
	for i := range byte(100) {
		entries = append(entries, keytest.Entry{Key: []byte{'k', i}, Trailer: set(5), Value: make([]byte, 50)})
	}
	o := sst.WriterOptions{BlockBytes: 1024, Layout: sst.Columns, Compression: sst.Zstd}
	file, meta := build(t, o, entries)
	r := open(t, file, sst.ReaderOptions{Name: "f"})
	d, err := r.Describe()
	require.NoError(t, err)
	require.Equal(t, uint32(2), d.Version)
	require.Equal(t, meta, d.Meta)
	require.Equal(t, uint64(5000), d.RawValueBytes)
	require.Greater(t, len(d.Blocks), 3)
	require.Equal(t, entries[0].Key, d.Blocks[0].FirstKey)
	require.Equal(t, entries[99].Key, d.Blocks[len(d.Blocks)-1].LastKey)
	for _, b := range d.Blocks {
		require.Equal(t, sst.Zstd, b.Compression)
		require.Less(t, b.StoredBytes, b.Bytes)
	}

	damaged := bytes.Clone(file)
	damaged[d.Blocks[1].Offset] ^= 1
	got, err := open(t, damaged, sst.ReaderOptions{Name: "f"}).Describe()
	require.ErrorIs(t, err, corrupt.Err)
	require.Len(t, got.Blocks, 1)
}
