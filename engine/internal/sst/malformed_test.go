package sst

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A block with a valid checksum may still make no sense. A scan that cannot continue in it reports that, in either
// direction.
func TestAScanReportsAMalformedBlock(t *testing.T) {
	for _, layout := range []Layout{Restarts, Columns} {
		t.Run(layout.String(), func(t *testing.T) {
			const entries = 12
			var file bytes.Buffer
			w := NewWriter(&file, WriterOptions{Layout: layout, RestartInterval: 4})
			for i := range entries {
				require.NoError(t, w.Add(fmt.Appendf(nil, "key%02d", i), key.MakeTrailer(1, key.Set), []byte("value")))
			}
			_, err := w.Finish()
			require.NoError(t, err)
			noticed := 0
			for at := range blockOf(t, file.Bytes(), nil).index[0].handle.length {
				for _, wrong := range []byte{0x7f, 0xff} {
					r := blockOf(t, file.Bytes(), func(payload []byte) { payload[at] = wrong })
					for name, scan := range map[string]func(it key.Iterator) int{"forward": forward, "backward": backward} {
						it := r.NewIterator()
						n := scan(it)
						if err := it.Error(); err != nil {
							require.ErrorIs(t, err, corrupt.Err)
							noticed++
						} else {
							require.Equal(t, entries, n, "%s, with %#x at %d", name, wrong, at)
						}
					}
				}
			}
			require.Greater(t, noticed, 100)
		})
	}
}

func forward(it key.Iterator) (n int) {
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	return n
}

func backward(it key.Iterator) (n int) {
	for ok := it.Last(); ok; ok = it.Prev() {
		n++
	}
	return n
}

// blockOf opens a table of one data block after modifying its payload, which gets a valid checksum.
func blockOf(t *testing.T, file []byte, change func(payload []byte)) *Reader {
	t.Helper()
	file = bytes.Clone(file)
	open := func() *Reader {
		r, err := Open(bytes.NewReader(file), int64(len(file)), ReaderOptions{Name: "f"})
		require.NoError(t, err)
		require.NoError(t, r.load())
		require.Len(t, r.index, 1)
		return r
	}
	r := open()
	if change == nil {
		return r
	}
	h := r.index[0].handle
	payload := bytes.Clone(file[h.offset : h.offset+uint64(h.length)])
	change(payload)
	sealed, fixed := seal(payload, 0, h.offset, compress.None)
	copy(file[h.offset:], sealed)
	r = open()
	r.index[0].handle = fixed
	return r
}
