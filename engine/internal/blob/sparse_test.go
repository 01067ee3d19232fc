package blob

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// headed is a file with a header and nothing but zeros after it.
type headed []byte

func (h headed) ReadAt(b []byte, off int64) (int, error) {
	clear(b)
	if off < int64(len(h)) {
		copy(b, h[off:])
	}
	return len(b), nil
}

// A blob longer than any value may be is damage, found before memory is allocated for it, even if its header is intact
// and the file is that long.
func TestAnOverlongBlobIsDamage(t *testing.T) {
	const length = valueBytesMax + 1
	file := appendFileHeader(nil, 7)
	sums := make([]byte, sumBytes*chunks(length))
	file, sum := appendHeaderOf(file, 7, FileHeaderBytes, length, sums)
	ref := Ref{File: 7, Offset: FileHeaderBytes, Length: length, Sum: sum}
	r := NewReader(headed(file), 7, "000007.blob")
	r.Grow(20 << 30)
	_, err := r.Append(nil, ref)
	require.ErrorIs(t, err, corrupt.Err)
	require.ErrorContains(t, err, "is outside the file")
	_, err = r.Intact(20 << 30)
	require.ErrorContains(t, err, "blob of 1073741825 bytes")
}
