package sst

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

const (
	keepBytes      = 1 << 20 // a buffer that grew beyond this is not reused
	entryBytesMax  = math.MaxUint32 / 2
	entryHeaderMax = 3*binary.MaxVarintLen32 + 8
)

// WriterOptions shape a table. Zero fields get defaults.
type WriterOptions struct {
	BlockBytes      int                  // target size of a data block, exceeded only by a single entry that is larger; 4096 by default
	RestartInterval int                  // entries per restart point; 16 by default
	BloomBitsPerKey int                  // size of the filter; 10 by default, no filter if negative
	Compression     compress.Compression // how data blocks are compressed; None by default
	Layout          Layout               // how data blocks are built; Restarts by default
	WriteBytes      int64                // how much is gathered into one Write; 64 KiB by default
}

// EnsureDefaults replaces zero fields with their defaults.
func (o *WriterOptions) EnsureDefaults() {
	if o.BlockBytes <= 0 {
		o.BlockBytes = 4096
	}
	if o.RestartInterval <= 0 {
		o.RestartInterval = 16
	}
	if o.BloomBitsPerKey == 0 {
		o.BloomBitsPerKey = 10
	}
	if o.WriteBytes <= 0 {
		o.WriteBytes = limits.Default().TableWriteBytes
	}
}

// A Writer writes one table. It must be used by one goroutine. After an error it is unusable: every later call returns
// the same error.
type Writer struct {
	w        io.Writer
	o        WriterOptions
	err      error
	finished bool

	buf     []byte // finished blocks, followed by the current one
	written uint64 // bytes written before those in buf
	start   int    // where the current block begins in buf

	restarts     []uint32 // in layout Columns every entry counts as one
	sinceRestart int
	common       int    // length of the prefix shared by the keys of the current block
	last         []byte // user key of the last entry
	lastTrailer  key.Trailer

	index  []byte // index payload so far
	blocks uint32
	hashes []uint64 // hashes of the distinct user keys
	props  properties
	ranges rangedel.Set
}

// NewWriter returns a Writer of a table. The first byte written to w is the first of the table.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	o.EnsureDefaults()
	t := &Writer{w: w, o: o, index: make([]byte, indexCountBytes)}
	if o.Layout != Restarts {
		t.props.fields = []field{{tagLayout, []byte{byte(o.Layout)}}}
	}
	return t
}

// Add appends an entry, which must sort after all earlier ones. It copies key and value. The error is ErrTooLarge or
// one from the io.Writer.
func (w *Writer) Add(user []byte, tr key.Trailer, value []byte) error {
	invariant.Check(!w.finished, "sst: nothing is added after Finish")
	if w.err != nil {
		return w.err
	}
	if uint64(len(user))+uint64(len(value)) > entryBytesMax {
		w.err = fmt.Errorf("%w: key of %d bytes, value of %d", ErrTooLarge, len(user), len(value))
		return w.err
	}
	first := w.props.meta.Entries == 0
	shared := sharedPrefix(w.last, user)
	invariant.Check(first || w.isAfterLast(user, tr, shared), "sst: entries are added in ascending order")
	if first || shared != len(user) || shared != len(w.last) {
		w.hashes = append(w.hashes, hashKey(user))
	}
	if len(w.restarts) > 0 && w.blockBytesWith(user, value, shared) > w.o.BlockBytes {
		if w.finishBlock(); w.err != nil {
			return w.err
		}
	}
	if len(w.restarts) == 0 {
		w.common = len(user)
	} else {
		w.common = min(w.common, shared)
	}
	w.appendEntry(user, tr, value, shared)
	w.props.add(user, tr, value)
	w.last, w.lastTrailer = append(w.last[:shared], user[shared:]...), tr
	return nil
}

// isAfterLast reports whether (user, tr) sorts after the last entry, whose key shares a prefix of the given length with
// user.
func (w *Writer) isAfterLast(user []byte, tr key.Trailer, shared int) bool {
	return key.Compare(w.last[shared:], w.lastTrailer, user[shared:], tr) < 0
}

// blockBytesWith returns an upper bound on the payload size of the current block with one more entry.
func (w *Writer) blockBytesWith(user, value []byte, shared int) int {
	size := len(w.buf) - w.start + w.blockEndBytes() + entryHeaderMax + len(user) + len(value)
	if w.o.Layout == Columns {
		n := len(w.restarts)
		return size + savedBytes(w.common, n) - savedBytes(min(w.common, shared), n+1)
	}
	return size - shared
}

// blockEndBytes returns what the current block takes in addition to its entries as they are in buf.
func (w *Writer) blockEndBytes() int {
	if w.o.Layout == Columns {
		return 8*len(w.restarts) + columnsTailBytes - savedBytes(w.common, len(w.restarts))
	}
	return 4*len(w.restarts) + 4
}

func (w *Writer) appendEntry(user []byte, tr key.Trailer, value []byte, shared int) {
	if w.o.Layout == Columns {
		w.restarts = append(w.restarts, uint32(len(w.buf)-w.start))
		b := binary.LittleEndian.AppendUint64(w.buf, uint64(tr))
		b = append(binary.AppendUvarint(b, uint64(len(user))), user...)
		w.buf = append(b, value...)
		return
	}
	if len(w.restarts) == 0 || w.sinceRestart == w.o.RestartInterval {
		w.restarts = append(w.restarts, uint32(len(w.buf)-w.start))
		w.sinceRestart, shared = 0, 0
	}
	w.sinceRestart++
	b := binary.AppendUvarint(w.buf, uint64(shared))
	b = binary.AppendUvarint(b, uint64(len(user)-shared))
	b = binary.AppendUvarint(b, uint64(len(value)))
	b = binary.LittleEndian.AppendUint64(b, uint64(tr))
	b = append(b, user[shared:]...)
	w.buf = append(b, value...)
}

// finishBlock ends the current data block, if it has an entry, and adds it to the index.
func (w *Writer) finishBlock() {
	if len(w.restarts) == 0 {
		return
	}
	if w.o.Layout == Columns {
		w.buf = appendColumns(w.buf, w.start, w.restarts)
	} else {
		w.buf = appendRestarts(w.buf, w.restarts)
	}
	stored, c := compress.Encode(w.buf[w.start:], w.o.Compression)
	if c != compress.None {
		w.buf = append(w.buf[:w.start], stored...)
	}
	h := w.seal(c)
	w.index = indexEntry{user: w.last, trailer: w.lastTrailer, handle: h}.appendTo(w.index)
	w.blocks++
	w.restarts = w.restarts[:0]
	if int64(len(w.buf)) >= w.o.WriteBytes {
		w.flush()
	}
}

// appendRestarts completes a block in the layout Restarts.
func appendRestarts(b []byte, restarts []uint32) []byte {
	for _, offset := range restarts {
		b = binary.LittleEndian.AppendUint32(b, offset)
	}
	return binary.LittleEndian.AppendUint32(b, uint32(len(restarts)))
}

// seal completes the block that begins at start. The next one begins where it ends.
func (w *Writer) seal(c compress.Compression) (h handle) {
	w.buf, h = seal(w.buf, w.start, w.written+uint64(w.start), c)
	w.start = len(w.buf)
	return h
}

// flush writes buf. There must be no unfinished block.
func (w *Writer) flush() {
	if w.err != nil {
		return
	}
	n, err := w.w.Write(w.buf)
	if err == nil && n != len(w.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("sst: write at offset %d: %w", w.written, err)
		return
	}
	w.written += uint64(len(w.buf))
	w.start = 0
	if w.buf = w.buf[:0]; cap(w.buf) > keepBytes {
		w.buf = nil
	}
}

// EstimatedBytes returns roughly the size that the file would have if Finish were called now.
func (w *Writer) EstimatedBytes() uint64 {
	if w.finished {
		return w.written
	}
	tail := filterBytes(len(w.hashes), w.o.BloomBitsPerKey) + len(w.index) + propertiesFixedBytes + footerBytes
	return w.written + uint64(len(w.buf)+w.blockEndBytes()+tail+2*len(w.last)+6*blockTailBytes)
}

// Finish writes the rest of the file and returns what the table holds. The file is not synced. Finish must be called
// once; a table may have no entries.
func (w *Writer) Finish() (Meta, error) {
	invariant.Check(!w.finished, "sst: Finish is called once")
	w.finished = true
	w.finishBlock()
	if w.err != nil {
		return Meta{}, w.err
	}
	w.props.meta.Largest = w.last
	w.appendRanges()
	f := footer{version: formatVersion}
	w.buf = appendFilter(w.buf, w.hashes, w.o.BloomBitsPerKey)
	f.filter = w.seal(compress.None)
	w.buf = w.props.appendTo(w.buf)
	f.properties = w.seal(compress.None)
	binary.LittleEndian.PutUint32(w.index, w.blocks)
	w.buf = append(w.buf, w.index...)
	f.index = w.seal(compress.None)
	w.buf = f.appendTo(w.buf)
	if w.flush(); w.err != nil {
		return Meta{}, w.err
	}
	w.props.meta.Bytes = w.written
	return w.props.meta, nil
}
