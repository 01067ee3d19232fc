package wal

import (
	"bytes"
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
	buf  []byte // buffer for records of several chunks

	end    int64  // where the file was closed; 0 if unknown
	proof  bool   // a chunk proves that earlier logs were durable
	before Before // the preceding log
}

// Before describes the preceding log, as stated by a log.
type Before struct {
	Num   uint64 // 0 if not stated
	Bytes int64  // the length of its records; 0 in logs of format versions before 3
}

// NewReader returns a reader of the whole content of file num. The name is for errors.
func NewReader(data []byte, name string, num uint64) *Reader {
	return &Reader{data: data, name: name, num: num}
}

// EndsAt tells the reader where the file was closed. Everything before that must be readable, or is damage; nothing
// beyond it is read. It must be called before the first Next. 0 means unknown.
func (r *Reader) EndsAt(end int64) {
	r.end = end
	if end > 0 && end < int64(len(r.data)) {
		r.data = r.data[:end]
	}
}

// Offset returns the offset after the record returned by Next, or the offset at which Next found no chunk.
func (r *Reader) Offset() int64 { return r.off }

// Next returns the next record, which is valid until the following call. It returns io.EOF at the end or at a torn
// tail, and otherwise a corruption error that names the place.
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
			return nil, r.unfinished(err)
		}
		if c.kind != middle && c.kind != last {
			return nil, corrupt.At(r.name, r.off, "chunk type %d within a record", c.kind)
		}
		r.buf = append(r.buf, c.payload...)
	}
	return r.buf, nil
}

// unfinished is the error of a record without its next part. A file that was closed cannot have a torn tail.
func (r *Reader) unfinished(err error) error {
	if r.end > 0 && errors.Is(err, io.EOF) {
		return corrupt.At(r.name, r.off, "the file was closed here, within a record")
	}
	return err
}

// Before returns the preceding log, as stated by this one. Next must have been called.
func (r *Reader) Before() Before { return r.before }

// Proof reports whether a chunk read so far proves that every earlier log was durable in full.
func (r *Reader) Proof() bool { return r.proof }

// Proves reports whether anything in the content of file num proves that the files before it were durable in full: a
// chunk written after a sync, a mark, or damage.
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
			return chunk{}, r.ended()
		}
		c, ok := parseChunk(r.data, r.num, r.off)
		if !ok {
			return chunk{}, r.judge(r.off)
		}
		r.off += int64(headerBytes + len(c.payload))
		r.proof = r.proof || c.kind == mark || c.synced > 0
		switch c.kind {
		case begin:
			r.before = parseBegin(c.payload)
		case mark:
		default:
			return c, nil
		}
	}
}

// ended returns the error for the end of the file's bytes.
func (r *Reader) ended() error {
	if int64(len(r.data)) < r.end {
		return r.tooShort()
	}
	return io.EOF
}

func (r *Reader) tooShort() error {
	return corrupt.At(r.name, r.off, "the file ends at %d, but it was closed at %d", len(r.data), r.end)
}

// judge decides what the absence of a chunk at off means: io.EOF for a torn tail, or corruption if the file was closed
// beyond it or a later chunk was written when off was already durable. Lengths cannot be trusted from there on, so
// every offset at which a header would name the file is tried.
func (r *Reader) judge(off int64) error {
	if int64(len(r.data)) < r.end {
		return r.tooShort()
	}
	if r.end > 0 {
		return corrupt.At(r.name, off, "invalid chunk, but the file was closed at %d", r.end)
	}
	var num [numberBytes]byte
	binary.LittleEndian.PutUint32(num[:], uint32(r.num))
	for at := off + 1; at+headerBytes <= int64(len(r.data)); at++ {
		next := bytes.Index(r.data[at+numberAt:], num[:])
		if next < 0 {
			break
		}
		at += int64(next)
		if c, ok := parseChunk(r.data, r.num, at); ok && c.synced > off {
			return corrupt.At(r.name, off, "invalid chunk, but the chunk at %d proves that %d bytes were synced", at, c.synced)
		}
	}
	return io.EOF
}
