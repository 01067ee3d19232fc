package wal

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// leftovers are the interesting numbers of bytes that a record can leave in its block: too few for a header, just a
// header, a header and a little payload, and plenty.
func leftovers() []int {
	all := []int{blockBytes / 2}
	for left := range headerBytes + 4 {
		all = append(all, left)
	}
	return all
}

// filler returns a record that leaves the given number of bytes in the block at off, or in the next one if it does not
// fit.
func filler(off int64, left int) []byte {
	if room(off) <= headerBytes {
		off += int64(room(off))
	}
	n := room(off) - headerBytes - left
	if n <= 0 {
		n += blockBytes - headerBytes
	}
	return bytes.Repeat([]byte{'f'}, n)
}

// This covers every combination of records, marks and ends of blocks: the first record leaves some number of bytes in
// its block, and what follows has a length around that number.
func TestEveryBoundaryOfABlock(t *testing.T) {
	for _, left := range leftovers() {
		for _, size := range []int{
			0, 1, left - headerBytes - 1, left - headerBytes, left - headerBytes + 1, blockBytes - headerBytes - 1,
			blockBytes - headerBytes, blockBytes - headerBytes + 1, left - headerBytes + blockBytes - headerBytes,
			left - headerBytes + blockBytes - headerBytes + 1, 2 * blockBytes,
		} {
			if size < 0 {
				continue
			}
			for _, marked := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d left, %d follow, mark %t", left, size, marked), func(t *testing.T) {
					f := &memFile{}
					w := NewWriter(f, 7)
					w.Begin(Before{Num: 5, Bytes: 70})
					want := [][]byte{filler(w.end, left), bytes.Repeat([]byte{'s'}, size), []byte("last")}
					for i, record := range want {
						require.NoError(t, w.Append(record))
						if i == 0 {
							require.Equal(t, left%blockBytes, room(w.end)%blockBytes, "the case is at the intended boundary")
						}
						if i == 0 && marked {
							w.Mark()
						}
					}
					require.NoError(t, w.Sync())
					comesBack(t, f.Bytes(), want)
				})
			}
		}
	}
}

// comesBack compares what each reader returns with the appended records, and the chunks with the format.
func comesBack(t *testing.T, data []byte, want [][]byte) {
	t.Helper()
	got, torn, err := readAll(data, 7)
	require.NoError(t, err)
	require.False(t, torn)
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, bytes.Equal(want[i], got[i]), "record %d", i)
	}
	salvaged := 0
	require.Empty(t, Salvage(data, 7, func(_ int64, record []byte) {
		require.True(t, bytes.Equal(want[salvaged], record), "record %d", salvaged)
		salvaged++
	}))
	require.Len(t, want, salvaged)
	for off := int64(0); off < int64(len(data)); {
		if left := int64(room(off)); left <= headerBytes {
			require.Equal(t, make([]byte, left), data[off:off+left], "the end of a block without room for a payload is zeros")
			off += left
			continue
		}
		c, ok := parseChunk(data, 7, off)
		require.True(t, ok, "a chunk at %d", off)
		if c.kind == first || c.kind == middle || c.kind == last {
			require.NotEmpty(t, c.payload, "a part of a record at %d", off)
		}
		off += int64(headerBytes + len(c.payload))
	}
}

// A file that ends near a boundary ends with the last whole record before it.
func TestCutAroundEveryBoundary(t *testing.T) {
	f := &memFile{}
	w := NewWriter(f, 7)
	var want [][]byte
	var ends []int64
	for _, left := range []int{0, 1, headerBytes - 1, headerBytes, headerBytes + 1, headerBytes + 2} {
		for _, record := range [][]byte{filler(w.end, left), []byte("short")} {
			require.NoError(t, w.Append(record))
			want, ends = append(want, record), append(ends, w.end)
		}
	}
	require.NoError(t, w.Flush())
	for block := int64(blockBytes); block < w.end; block += blockBytes {
		for at := block - headerBytes - 4; at < block+headerBytes+8; at++ {
			whole := 0
			for whole < len(ends) && ends[whole] <= at {
				whole++
			}
			got, _, err := readAll(f.Bytes()[:at], 7)
			require.NoError(t, err, "cut at %d", at)
			require.Len(t, got, whole, "cut at %d", at)
			for i := range got {
				require.True(t, bytes.Equal(want[i], got[i]), "cut at %d, record %d", at, i)
			}
		}
	}
}
