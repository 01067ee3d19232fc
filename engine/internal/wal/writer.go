package wal

import (
	"io"
	"sync/atomic"
)

// writeBytesMax is how much of a large record is gathered before it is handed to the file.
const writeBytesMax = 1 << 20

// File is what a Writer appends to: a new, empty file.
type File interface {
	io.WriteCloser
	Sync() error
}

// Writer appends records to a file. After an error of any method the file must not be appended to again; the Writer
// relies on its File to refuse.
type Writer struct {
	f      File
	num    uint64
	buf    []byte
	bytes  atomic.Int64 // handed to the operating system
	synced atomic.Int64 // known to be durable
}

// NewWriter returns a writer to the empty file f, whose number is num.
func NewWriter(f File, num uint64) *Writer { return &Writer{f: f, num: num} }

// Bytes returns the length of the file.
func (w *Writer) Bytes() int64 { return w.bytes.Load() }

// Append writes one record. When it returns nil, a killed process does not lose the record. Records below about 1 MiB
// are one write call. The slice stays the caller's.
func (w *Writer) Append(record []byte) error {
	kind := full
	for pending := true; pending; {
		n := min(len(record), w.pad()-headerBytes)
		pending = n < len(record)
		switch {
		case kind == full && pending:
			kind = first
		case kind != full && pending:
			kind = middle
		case kind != full:
			kind = last
		}
		w.put(chunk{kind, w.synced.Load(), record[:n]})
		record = record[n:]
		if len(w.buf) >= writeBytesMax || !pending {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Sync makes durable what was appended before the call.
func (w *Writer) Sync() error {
	bytes := w.bytes.Load()
	if err := w.f.Sync(); err != nil {
		return err
	}
	w.synced.Store(bytes)
	return nil
}

// Seal makes everything durable and then leaves a durable proof of that behind, so that even damage of the last
// record is told from a torn tail. Further records may follow.
func (w *Writer) Seal() error {
	if w.synced.Load() < w.bytes.Load() {
		if err := w.Sync(); err != nil {
			return err
		}
	}
	w.pad()
	w.put(chunk{kind: mark, synced: w.synced.Load()})
	if err := w.flush(); err != nil {
		return err
	}
	return w.Sync()
}

// Close releases the file, without a sync.
func (w *Writer) Close() error { return w.f.Close() }

// pad fills the block up if no payload fits into it, and returns what is left of the block then.
func (w *Writer) pad() int {
	left := room(w.end())
	if left > headerBytes {
		return left
	}
	var zeros [headerBytes]byte
	w.buf = append(w.buf, zeros[:left]...)
	return blockBytes
}

func (w *Writer) put(c chunk) { w.buf = appendChunk(w.buf, w.num, w.end(), c) }

// end is the offset behind everything written and gathered.
func (w *Writer) end() int64 { return w.bytes.Load() + int64(len(w.buf)) }

func (w *Writer) flush() error {
	n, err := w.f.Write(w.buf)
	w.bytes.Add(int64(n))
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	w.buf = w.buf[:0]
	return err
}
