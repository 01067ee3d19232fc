package blob

import (
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// A Writer writes one file. After an error it cannot be used any more: every call returns an error.
type Writer struct {
	w   io.Writer
	num uint64
	buf []byte
	end uint64 // the end of what was added
	err error

	bufferBytes int // what is collected before it goes out in one Write; values of this size and more are not copied
}

// NewWriter returns a Writer of file num, which begins at the first byte that w takes.
func NewWriter(w io.Writer, num uint64) *Writer {
	b := &Writer{w: w, num: num, bufferBytes: int(limits.Default().BlobWriteBytes)}
	b.buf = appendFileHeader(b.buf, num)
	b.end = uint64(len(b.buf))
	return b
}

// Gather sets how much is collected before it goes out. It comes before the first value.
func (w *Writer) Gather(bytes int64) { w.bufferBytes = int(bytes) }

// Add adds a value. It can be read when Flush has returned nil. The slice stays the caller's.
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

// Copy adds a value of another file, chunk by chunk. Its chunks keep their checksums: what a copy did to the bytes
// would be noticed. If the other file is damaged, which is an error that is corrupt.Err, the Writer cannot be used any
// more.
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

// Bytes returns the length of the file when everything added is in it.
func (w *Writer) Bytes() uint64 { return w.end }

// Flush hands everything added to the file.
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
