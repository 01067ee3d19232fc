package blob_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/blob"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

func FuzzDecodeRef(f *testing.F) {
	f.Add(blob.Ref{File: 7, Offset: 16, Length: 5, Sum: 9}.AppendTo(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := blob.DecodeRef(b)
		if !ok {
			return
		}
		again, ok := blob.DecodeRef(r.AppendTo(nil))
		require.True(t, ok)
		require.Equal(t, r, again)
	})
}

// FuzzReader reads arbitrary bytes through an arbitrary ref: no panic, no large allocation, and no bytes that were not
// written.
func FuzzReader(f *testing.F) {
	values := [][]byte{[]byte("value"), {}, pattern(70_000, 1)}
	file, refs := write(f, values...)
	for _, r := range refs {
		f.Add(file[:200], r.AppendTo(nil), uint32(0), byte(0))
	}
	f.Add([]byte{}, []byte{7, 16, 5, 0, 0, 0, 0}, uint32(40), byte(3))
	f.Fuzz(func(t *testing.T, head, encoded []byte, at uint32, flip byte) {
		ref, ok := blob.DecodeRef(encoded)
		if !ok {
			return
		}
		b := bytes.Clone(file)
		copy(b, head)
		b[int(at)%len(b)] ^= flip
		r := blob.NewReader(bytes.NewReader(b), num, "file")
		r.Grow(uint64(len(b)))
		_ = r.Verify(uint64(len(b)))
		for name, read := range readings {
			got, err := read(r, ref)
			if err != nil {
				require.ErrorIs(t, err, corrupt.Err)
				continue
			}
			if i := indexOf(refs, ref); i >= 0 {
				require.True(t, bytes.Equal(values[i], got), name)
			}
		}
	})
}

func indexOf(refs []blob.Ref, ref blob.Ref) int {
	for i, r := range refs {
		if r == ref {
			return i
		}
	}
	return -1
}
