package blob

import (
	"errors"
	"io"
)

var (
	errWhence   = errors.New("blob: seek with an unknown whence")
	errNegative = errors.New("blob: seek to before the beginning")
)

// Value reads one value as a stream. Bytes are returned only after their chunk has been verified.
type Value struct {
	r      *Reader
	ref    Ref
	h      header
	at     uint64 // the position of the next byte
	buf    []byte // the chunk read last, unless it was read straight into the caller's slice
	chunk  uint64 // its index
	loaded bool
}

// NewValue reads the header of a value and returns a stream that begins at its first byte.
func (r *Reader) NewValue(ref Ref) (*Value, error) {
	h, err := r.header(ref)
	if err != nil {
		return nil, err
	}
	return &Value{r: r, ref: ref, h: h}, nil
}

// Len returns the length of the whole value.
func (v *Value) Len() int64 { return int64(v.ref.Length) }

// Read implements io.Reader. Damage is reported as corrupt.Err, and nothing of the damaged chunk is returned.
func (v *Value) Read(p []byte) (n int, err error) {
	for n < len(p) && v.at < v.ref.Length {
		chunk, offset := v.at/chunkBytes, v.at%chunkBytes
		length := v.chunkLength(chunk)
		if offset == 0 && uint64(len(p)-n) >= length && !(v.loaded && v.chunk == chunk) {
			if err := v.readChunk(chunk, p[n:]); err != nil {
				return n, err
			}
			n, v.at = n+int(length), v.at+length
			continue
		}
		if err := v.load(chunk); err != nil {
			return n, err
		}
		copied := copy(p[n:], v.buf[offset:length])
		n, v.at = n+copied, v.at+uint64(copied)
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Seek implements io.Seeker.
func (v *Value) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += int64(v.at)
	case io.SeekEnd:
		offset += int64(v.ref.Length)
	default:
		return 0, errWhence
	}
	if offset < 0 {
		return 0, errNegative
	}
	v.at = uint64(offset)
	return offset, nil
}

func (v *Value) chunkLength(chunk uint64) uint64 {
	return min(chunkBytes, v.ref.Length-chunk*chunkBytes)
}

// load reads a chunk into the buffer.
func (v *Value) load(chunk uint64) error {
	if v.loaded && v.chunk == chunk {
		return nil
	}
	if v.buf == nil {
		v.buf = make([]byte, v.chunkLength(0))
	}
	v.loaded = false
	if err := v.readChunk(chunk, v.buf); err != nil {
		return err
	}
	v.chunk, v.loaded = chunk, true
	return nil
}

// readChunk reads a chunk into the start of b and verifies it.
func (v *Value) readChunk(chunk uint64, b []byte) error {
	b = b[:v.chunkLength(chunk)]
	if err := v.r.read(b, v.ref.Offset+headerBytes(v.ref.Length)+chunk*chunkBytes); err != nil {
		return err
	}
	if !v.h.chunk(chunk, b) {
		return v.r.damaged(v.ref, chunk)
	}
	return nil
}
