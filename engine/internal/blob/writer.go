package blob

import (
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// A Writer writes one file. After an error it is unusable: every call returns an error.
type Writer struct {
	w   io.Writer
	num uint64
	buf []byte
	end uint64 // where the next blob goes
	err error

	bufferBytes int // how much is gathered into one Write; values at least this long are not copied
}

// NewWriter returns a Writer of file num. The first byte written to w is the first of the file.
func NewWriter(w io.Writer, num uint64) *Writer {
	b := &Writer{w: w, num: num, bufferBytes: int(limits.Default().BlobWriteBytes)}
	b.buf = appendFileHeader(b.buf, num)
	b.end = uint64(len(b.buf))
	return b
}

// Gather sets how many bytes are gathered into one Write. It must be called before the first value is added.
func (w *Writer) Gather(bytes int64) { w.bufferBytes = int(bytes) }

// Add adds a value. The value can be read once Flush has returned nil. The slice stays the caller's.
func (w *Writer) Add(value []byte) (Ref, error) {
	if w.err != nil {
		return Ref{}, w.err
	}
	r := Ref{File: w.num, Offset: w.end, Length: uint64(len(value))}
	w.buf, r.Sum = appendHeader(w.buf, w.num, w.end, value)
	w.end = r.End()
	if len(value) < w.bufferBytes {
		w.buf = append(w.buf, value...)
		if len(w.buf) < w.bufferBytes {
			return r, nil
		}
		return r, w.Flush()
	}
	if err := w.Flush(); err != nil {
		return r, err
	}
	w.write(value)
	return r, w.err
}

// Copy adds a value from another file, chunk by chunk. The chunks keep their checksums, so an error introduced by the
// copy is detected. If the other file is damaged, which is reported as corrupt.Err, the Writer is unusable afterwards.
func (w *Writer) Copy(from *Reader, ref Ref) (Ref, error) {
	if w.err != nil {
		return Ref{}, w.err
	}
	v, err := from.NewValue(ref)
	if err != nil {
		return Ref{}, err
	}
	r := Ref{File: w.num, Offset: w.end, Length: ref.Length}
	w.buf, r.Sum = appendHeaderOf(w.buf, w.num, w.end, ref.Length, v.h.sums)
	w.end = r.End()
	for i := range chunks(ref.Length) {
		start, n := len(w.buf), int(v.chunkLength(i))
		w.buf = slices.Grow(w.buf, n)[:start+n]
		if err := v.readChunk(i, w.buf[start:]); err != nil {
			w.err = err
			return Ref{}, err
		}
		if len(w.buf) >= w.bufferBytes && w.Flush() != nil {
			return Ref{}, w.err
		}
	}
	return r, nil
}

// Bytes returns the length of the file once everything added has been written to it.
func (w *Writer) Bytes() uint64 { return w.end }

// Flush writes everything added to the file.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		w.write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}

func (w *Writer) write(b []byte) {
	n, err := w.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	w.err = err
}
