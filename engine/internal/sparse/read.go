package sparse

import (
	"bytes"
	"errors"
	"io"
)

const (
	pieceBytes = 1 << 20
	largeBytes = 16 * pieceBytes // up to here, everything is read by one call
)

var zeros [pieceBytes]byte

// ReadAt fills b, which was just made and holds zeros only, from off on, and returns how many bytes there were. That the
// file ends is no error. A part that is zero is not written to b, so that the system need not find memory for it.
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
