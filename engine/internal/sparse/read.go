package sparse

import (
	"bytes"
	"errors"
	"io"
)

const (
	pieceBytes = 1 << 20
	largeBytes = 16 * pieceBytes // up to this length, a single call reads everything
)

var zeros [pieceBytes]byte

// ReadAt fills b from offset off on and returns the number of bytes read. b must be freshly allocated and hold only
// zeros. The end of the file is not an error. Parts that are zero are not written to b, so that the system need not
// back them with memory.
func ReadAt(r io.ReaderAt, b []byte, off int64) (n int, err error) {
	if len(b) <= largeBytes {
		return readAt(r, b, off)
	}
	piece := make([]byte, pieceBytes)
	for n < len(b) {
		want := piece[:min(pieceBytes, len(b)-n)]
		got, err := readAt(r, want, off+int64(n))
		if !bytes.Equal(want[:got], zeros[:got]) {
			copy(b[n:], want[:got])
		}
		if n += got; err != nil || got < len(want) {
			return n, err
		}
	}
	return n, nil
}

func readAt(r io.ReaderAt, b []byte, off int64) (int, error) {
	n, err := r.ReadAt(b, off)
	if n == len(b) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, nil
	}
	return n, err
}
