package wal

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// Reader reads the records of a file.
type Reader struct {
	data []byte
	name string
	num  uint64
	off  int64  // the offset of the next chunk
	buf  []byte // a record of several chunks
	torn bool

	proof  bool   // a chunk was written when something was durable
	before uint64 // number of the log before
}

// NewReader returns a reader of the whole content of file num; the name is for errors.
func NewReader(data []byte, name string, num uint64) *Reader {
	return &Reader{data: data, name: name, num: num}
}

// Torn reports whether the file ended, after Next returned io.EOF, before its bytes did.
func (r *Reader) Torn() bool { return r.torn }

// Offset returns the offset in the file after the record that Next returned.
func (r *Reader) Offset() int64 { return r.off }

// Next returns the next record, valid until the call after, io.EOF at the end or the torn tail, or a corruption error
// that names the place.
func (r *Reader) Next() ([]byte, error) {
	c, err := r.chunk()
	if err != nil {
		return nil, err
	}
	if c.kind == full {
		return c.payload, nil
	}
	if c.kind != first {
		return nil, corrupt.At(r.name, r.off, "chunk type %d begins a record", c.kind)
	}
	r.buf = append(r.buf[:0], c.payload...)
	for c.kind != last {
		if c, err = r.chunk(); err != nil {
			return nil, err
		}
		if c.kind != middle && c.kind != last {
			return nil, corrupt.At(r.name, r.off, "chunk type %d within a record", c.kind)
		}
		r.buf = append(r.buf, c.payload...)
	}
	return r.buf, nil
}

// Before returns the number of the log before this one, 0 if it does not say. Next must have been called.
func (r *Reader) Before() uint64 { return r.before }

// Proves reports whether something in the content of file num proves that the files before it were durable as a whole:
// that it has been synced itself, a mark, or damage.
func Proves(content []byte, name string, num uint64) bool {
	for r := NewReader(content, name, num); ; {
		if _, err := r.chunk(); err != nil {
			return r.proof || !errors.Is(err, io.EOF)
		}
	}
}

// chunk returns the next chunk that is part of a record.
func (r *Reader) chunk() (chunk, error) {
	for {
		if left := room(r.off); left <= headerBytes {
			r.off += int64(left)
		}
		if r.off >= int64(len(r.data)) {
			return chunk{}, io.EOF
		}
		c, ok := parseChunk(r.data, r.num, r.off)
		if !ok {
			r.torn = true
			return chunk{}, r.judge(r.off)
		}
		r.off += int64(headerBytes + len(c.payload))
		r.proof = r.proof || c.kind == mark || c.synced > 0
		switch c.kind {
		case begin:
			r.before, _ = binary.Uvarint(c.payload)
		case mark:
		default:
			return c, nil
		}
	}
}

// judge decides what it means that there is no chunk at off: io.EOF for a torn tail, or corruption if some later chunk
// was written when off was durable. Lengths cannot be trusted there, so every offset is tried.
func (r *Reader) judge(off int64) error {
	for at := off + 1; at+headerBytes <= int64(len(r.data)); at++ {
		if kind := chunkType(r.data[at+6]); kind < full || kind > begin {
			continue
		}
		if c, ok := parseChunk(r.data, r.num, at); ok && c.synced > off {
			return corrupt.At(r.name, off, "not a chunk, though chunk at %d proves %d bytes synced", at, c.synced)
		}
	}
	return io.EOF
}
