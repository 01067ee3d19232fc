package wal

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/limits"
)

// keepBytesMax is the largest buffer that is reused.
const keepBytesMax = 256 << 10

// File is what a Writer appends to: a new, empty file.
type File interface {
	io.WriteCloser
	Sync() error
}

// Zeroer is a File that can write zeros beyond its end without moving the offset of the next Write.
type Zeroer interface {
	WriteZeros(off, n int64) error
}

// Writer appends records to a file. After an error from any method the file must not be appended to again. Once a write
// has failed, the Writer returns that error; otherwise it relies on its File to refuse.
type Writer struct {
	f     File
	num   uint64
	ahead int64 // how many zeros Sync keeps written beyond the end

	spillBytes  int   // how much is gathered before Spill hands it to the file
	gatherBytes int   // how much is gathered before Append does so, even within a record
	aheadFrom   int64 // the size from which zeros are written ahead

	writing sync.Mutex // held while bytes go to the file; taken before mu
	spare   []byte     // guarded by writing: the buffer not being filled
	zeroed  int64      // guarded by writing: the file has zeros, or bytes, up to here
	failed  error      // guarded by writing: error of a failed write, which lost everything gathered

	mu  sync.Mutex
	buf []byte // guarded by mu: gathered bytes
	end int64  // guarded by mu: the offset after everything gathered

	written atomic.Int64 // handed to the operating system
	synced  atomic.Int64 // known to be durable
}

// NewWriter returns a writer to the empty file f, whose number is num.
func NewWriter(f File, num uint64) *Writer {
	w := &Writer{f: f, num: num}
	w.Limit(limits.Default())
	return w
}

// Limit sets the thresholds for handing over bytes and for writing zeros. It must be called before the first record.
func (w *Writer) Limit(l limits.Limits) {
	w.spillBytes, w.gatherBytes, w.aheadFrom = int(l.LogSpillBytes), int(l.LogGatherBytes), l.LogAheadFrom
}

// WriteAhead makes every Sync that comes close to the end of the zeros write up to the given number of further zeros,
// if the File is a Zeroer. Syncing blocks that have been written before need not change the file's metadata, and is
// about a third faster on ext4. The zeros end the log like any torn tail.
func (w *Writer) WriteAhead(bytes int64) { w.ahead = bytes }

// Bytes returns the length of the file, without zeros beyond its end and without data that is only gathered.
func (w *Writer) Bytes() int64 { return w.written.Load() }

// Synced returns how many bytes of the file are known to be durable.
func (w *Writer) Synced() int64 { return w.synced.Load() }

// Append gathers one record. A killed process may lose it until Flush has returned. The slice stays the caller's. It is
// called by one goroutine at a time; Flush and Sync may run concurrently.
func (w *Writer) Append(record []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
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
		if len(w.buf) >= w.gatherBytes {
			w.mu.Unlock()
			err := w.Flush()
			w.mu.Lock()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush hands everything gathered to the operating system, so that a killed process does not lose it. Callers that
// arrive during a write share the next one.
func (w *Writer) Flush() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	return w.flush()
}

// flush must be called with writing held. NB: after a failed write the gathered bytes are gone. The next caller finds
// nothing left to write, and must not take that for success.
func (w *Writer) flush() error {
	if w.failed != nil {
		return w.failed
	}
	w.mu.Lock()
	buf := w.buf
	w.buf = w.spare[:0]
	w.mu.Unlock()
	w.spare = buf
	if len(buf) == 0 {
		return nil
	}
	n, err := w.f.Write(buf)
	w.written.Add(int64(n))
	if err == nil && n < len(buf) {
		err = io.ErrShortWrite
	}
	w.failed = err
	if cap(buf) > keepBytesMax {
		w.spare = nil
	}
	return err
}

// Spill hands over what has been gathered if it is much and no one else is doing so. Called after every Append, it
// bounds what a killed process can lose, while others go on appending.
func (w *Writer) Spill() error {
	w.mu.Lock()
	much := len(w.buf) >= w.spillBytes
	w.mu.Unlock()
	if !much || !w.writing.TryLock() {
		return nil
	}
	defer w.writing.Unlock()
	return w.flush()
}

// Sync makes durable everything appended before the call.
func (w *Writer) Sync() error {
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.zero(); err != nil {
		return err
	}
	bytes := w.written.Load()
	if err := w.f.Sync(); err != nil {
		return err
	}
	w.synced.Store(bytes)
	return nil
}

// zero writes zeros ahead if few of them are left: as many as there are bytes of records, up to the limit, so that a
// short log stays short.
func (w *Writer) zero() error {
	z, ok := w.f.(Zeroer)
	if !ok || w.ahead <= 0 || w.written.Load() < w.aheadFrom {
		return nil
	}
	w.writing.Lock()
	defer w.writing.Unlock()
	written := w.written.Load()
	ahead, from := min(w.ahead, written), max(w.zeroed, written)
	if from-written > ahead/4 {
		return nil
	}
	if err := z.WriteZeros(from, ahead); err != nil {
		return err
	}
	w.zeroed = from + ahead
	return nil
}

// Begin gathers the statement about the preceding log. It must be called before the first Append.
func (w *Writer) Begin(before Before) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(chunk{kind: begin, payload: appendBegin(nil, before)})
}

// Mark gathers a proof that everything synced so far is durable, and that every earlier log is durable in full.
func (w *Writer) Mark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pad()
	w.put(chunk{kind: mark, synced: w.synced.Load()})
}

// Seal makes everything durable and then leaves a durable proof of that, so that even damage to the last record can be
// told from a torn tail. Further records may follow.
func (w *Writer) Seal() error {
	if w.synced.Load() < w.appended() {
		if err := w.Sync(); err != nil {
			return err
		}
	}
	w.Mark()
	return w.Sync()
}

// Close releases the file. Data that is only gathered is lost.
func (w *Writer) Close() error { return w.f.Close() }

func (w *Writer) appended() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end
}

// pad fills up the block if no payload fits, and returns how much of the block is then left. The caller holds mu.
func (w *Writer) pad() int {
	left := room(w.end)
	if left > headerBytes {
		return left
	}
	var zeros [headerBytes]byte
	w.buf = append(w.buf, zeros[:left]...)
	w.end += int64(left)
	return blockBytes
}

func (w *Writer) put(c chunk) {
	before := len(w.buf)
	w.buf = appendChunk(w.buf, w.num, w.end, c)
	w.end += int64(len(w.buf) - before)
}
