package blob

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/cancel"
	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
)

// A Reader reads one file.
type Reader struct {
	r    io.ReaderAt
	num  uint64
	name string
	size atomic.Uint64
}

// Open returns a Reader of the first size bytes of file num. It reads the file's header and does not own r. The name is
// for errors. Damage is reported as corrupt.Err, and a file written by a newer engine as ErrVersion.
func Open(r io.ReaderAt, num, size uint64, name string) (*Reader, error) {
	b := NewReader(r, num, name)
	b.size.Store(size)
	found := make([]byte, FileHeaderBytes)
	if err := b.read(found, 0); err != nil {
		return nil, err
	}
	want := appendFileHeader(nil, num)
	if string(found) == string(want) {
		return b, nil
	}
	version := binary.LittleEndian.Uint32(found[8:])
	if sum := binary.LittleEndian.Uint32(found[12:]); version > formatVersion && sum == checksum(num, 0, found[:12]) {
		return nil, fmt.Errorf("%w: %s has version %d, this engine reads %d", ErrVersion, name, version, formatVersion)
	}
	return nil, corrupt.At(name, 0, "invalid header, want that of blob file %d", num)
}

// NewReader returns a Reader of a file that is being written. Nothing can be read until Grow allows it.
func NewReader(r io.ReaderAt, num uint64, name string) *Reader {
	return &Reader{r: r, num: num, name: name}
}

// Grow allows the first size bytes of the file to be read.
func (r *Reader) Grow(size uint64) {
	for {
		now := r.size.Load()
		if now >= size || r.size.CompareAndSwap(now, size) {
			return
		}
	}
}

// Size returns the number of bytes that may be read.
func (r *Reader) Size() uint64 { return r.size.Load() }

// Append appends a value to dst. If there is an error, it returns dst unchanged.
func (r *Reader) Append(dst []byte, ref Ref) ([]byte, error) {
	if ref.Length > chunkBytes {
		return r.appendChunks(dst, ref)
	}
	if err := r.check(ref); err != nil {
		return dst, err
	}
	// Read header and value at once, then move the value over the header.
	start, head := len(dst), int(headerBytes(ref.Length))
	end := start + head + int(ref.Length)
	buf := slices.Grow(dst, end-start)[:end]
	if err := r.read(buf[start:], ref.Offset); err != nil {
		return dst, err
	}
	h, err := r.match(buf[start:start+head], ref)
	if err != nil {
		return dst, err
	}
	if value := buf[start+head:]; ref.Length > 0 && !h.chunk(0, value) {
		return dst, r.damaged(ref, 0)
	}
	return append(buf[:start], buf[start+head:]...), nil
}

func (r *Reader) appendChunks(dst []byte, ref Ref) ([]byte, error) {
	v, err := r.NewValue(ref)
	if err != nil {
		return dst, err
	}
	start := len(dst)
	buf := slices.Grow(dst, int(ref.Length))[:start+int(ref.Length)]
	for i := range chunks(ref.Length) {
		if err := v.readChunk(i, buf[start+int(i*chunkBytes):]); err != nil {
			return dst, err
		}
	}
	return buf, nil
}

// Check reads the header of a blob and returns an error unless it is the one that the Ref was made for.
func (r *Reader) Check(ref Ref) error {
	_, err := r.header(ref)
	return err
}

// Verify reads the first size bytes of the file and checks every checksum. size must be the end of a blob.
func (r *Reader) Verify(size uint64) error { return r.VerifyUntil(context.Background(), size) }

// VerifyUntil is Verify, but ends when ctx is done, with an error that satisfies cancel.Is.
func (r *Reader) VerifyUntil(ctx context.Context, size uint64) error {
	again := NewReader(cancel.ReaderAt(ctx, r.r), r.num, r.name)
	again.Grow(r.Size())
	_, err := again.Intact(size)
	return err
}

// Intact is Verify, but on error it also returns the offset of the first damaged blob, or 0 if the header of the file
// is damaged. Blobs after that one may be intact.
func (r *Reader) Intact(size uint64) (end uint64, err error) {
	if _, err := Open(r.r, r.num, size, r.name); err != nil {
		return 0, err
	}
	buf := make([]byte, min(chunkBytes, size))
	at := uint64(FileHeaderBytes)
	for at < size {
		ref, err := r.refAt(at, size, buf)
		if err == nil {
			err = r.verify(ref, buf)
		}
		if err != nil {
			return at, err
		}
		at = ref.End()
	}
	return at, nil
}

// verify reads one blob. buf is space for a chunk.
func (r *Reader) verify(ref Ref, buf []byte) error {
	v, err := r.NewValue(ref)
	if err != nil {
		return err
	}
	for i := range chunks(ref.Length) {
		if err := v.readChunk(i, buf); err != nil {
			return err
		}
	}
	return nil
}

// CheckWhole is Check, but also reads the value.
func (r *Reader) CheckWhole(ref Ref) error {
	return r.verify(ref, make([]byte, min(chunkBytes, ref.Length)))
}

// refAt returns a Ref made from the header of the blob at an offset.
func (r *Reader) refAt(at, size uint64, buf []byte) (Ref, error) {
	ref := Ref{File: r.num, Offset: at}
	if err := r.read(buf[:fixedBytes], at); err != nil {
		return ref, err
	}
	ref.Sum, ref.Length = binary.LittleEndian.Uint32(buf), binary.LittleEndian.Uint64(buf[4:])
	if ref.Length > min(size, valueBytesMax) || ref.End() > size {
		return ref, corrupt.At(r.name, int64(at), "blob of %d bytes, but only %d are left in the file", ref.Length, size-at)
	}
	return ref, nil
}

// header reads the header of a blob.
func (r *Reader) header(ref Ref) (header, error) {
	if err := r.check(ref); err != nil {
		return header{}, err
	}
	b := make([]byte, headerBytes(ref.Length))
	if err := r.read(b, ref.Offset); err != nil {
		return header{}, err
	}
	return r.match(b, ref)
}

// check rejects a Ref that points outside the file, before any memory is allocated for it.
func (r *Reader) check(ref Ref) error {
	if size := r.Size(); ref.File != r.num || ref.Length > min(size, valueBytesMax) || ref.Offset > size || ref.End() > size {
		return corrupt.At(r.name, int64(ref.Offset), "reference to %d bytes in file %d is outside the file's %d bytes", ref.Length, ref.File, size)
	}
	return nil
}

// match decodes a header, which must be intact and the one that the Ref was made for.
func (r *Reader) match(b []byte, ref Ref) (header, error) {
	h := header{sum: binary.LittleEndian.Uint32(b), length: binary.LittleEndian.Uint64(b[4:]), sums: b[fixedBytes:]}
	if sum := checksum(r.num, ref.Offset, b[4:]); sum != h.sum {
		return header{}, corrupt.At(r.name, int64(ref.Offset), "header checksum %08x, want %08x", sum, h.sum)
	}
	if h.sum != ref.Sum || h.length != ref.Length {
		return header{}, corrupt.At(r.name, int64(ref.Offset),
			"intact blob of another write: checksum %08x and %d bytes, want %08x and %d", h.sum, h.length, ref.Sum, ref.Length)
	}
	return h, nil
}

func (r *Reader) damaged(ref Ref, chunk uint64) error {
	return corrupt.At(r.name, int64(ref.Offset+headerBytes(ref.Length)+chunk*chunkBytes), "chunk %d: checksum mismatch", chunk)
}

// read fills b from an offset.
func (r *Reader) read(b []byte, offset uint64) error {
	n, err := r.r.ReadAt(b, int64(offset))
	switch {
	case n == len(b) && (err == nil || errors.Is(err, io.EOF)):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt.At(r.name, int64(offset)+int64(n), "unexpected end of file")
	}
	return fmt.Errorf("blob: read %s offset %d: %w", r.name, offset, err)
}
