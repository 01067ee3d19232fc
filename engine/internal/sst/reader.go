package sst

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/limits"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
	"github.com/lightningdb/lightning-torture/engine/internal/sparse"
)

// Open reads TailBytes from the end of a file, or a fixed share of the file if that is more, up to a multiple of
// TailBytes. This is enough for keys and values of moderate size.
const (
	tailShare  = 24
	tailFactor = 4
)

// ReaderOptions tell a Reader what it cannot learn from the file.
type ReaderOptions struct {
	Name    string // name of the file in errors
	FileNum uint64 // number of the file in the Cache; unique among the files that share it
	Cache   Cache  // may be nil

	WholeBytes     int64 // a file up to this size is read whole by Open
	TailBytes      int64 // the least that Open reads from the end of a larger one
	ReadAheadBytes int64 // the most that a scan reads at a time
}

// EnsureDefaults replaces zero sizes with their defaults.
func (o *ReaderOptions) EnsureDefaults() {
	l := limits.Default()
	o.WholeBytes = cmp.Or(o.WholeBytes, l.TableWholeBytes)
	o.TailBytes = cmp.Or(o.TailBytes, l.TableTailBytes)
	o.ReadAheadBytes = cmp.Or(o.ReadAheadBytes, l.ReadAheadBytes)
}

// A Reader reads one table. It is safe for concurrent use.
type Reader struct {
	r     io.ReaderAt
	size  int64
	o     ReaderOptions
	whole []byte                   // the file, if it is small
	kept  []atomic.Pointer[[]byte] // payloads of its data blocks that were read and are intact
	root  footer

	props   properties
	ranges  rangedel.Set
	dataEnd uint64 // where the data blocks end
	layout  Layout

	search // filter and index
}

// Open reads what identifies the table. If filter and index are small, it reads them as well, all with one ReadAt of at
// most 64 KiB. A larger filter and index are read by the first search, and damage to them is found only then. The
// Reader does not own r and never closes it. Damage is reported as corrupt.Err, a table written by a newer engine as
// ErrVersion, and errors from r are wrapped.
func Open(r io.ReaderAt, size int64, o ReaderOptions) (*Reader, error) {
	o.EnsureDefaults()
	t := &Reader{r: r, size: size, o: o}
	if size < footerBytes {
		return nil, corrupt.At(o.Name, size, "not a table: the file has only %d bytes", size)
	}
	tail := size
	if size > o.WholeBytes {
		tail = min(max(size/tailShare, o.TailBytes), tailFactor*o.TailBytes, size)
	}
	b, err := t.read(nil, uint64(size-tail), uint64(tail))
	if err != nil {
		return nil, err
	}
	if t.root, err = decodeFooter(o.Name, b[len(b)-footerBytes:], size); err != nil {
		return nil, err
	}
	if size <= o.WholeBytes {
		t.whole = b
	}
	if err = t.identify(b); err != nil {
		return nil, err
	}
	if start := t.root.filter.offset; start >= uint64(size-tail) {
		b = b[start-uint64(size-tail):]
		if t.whole == nil {
			b = bytes.Clone(b) // so that data blocks are not kept alive
		}
		err = t.decodeSearch(b)
	}
	return t, err
}

// identify reads the properties, from the last bytes of the file if they are there, and the range deletes.
func (r *Reader) identify(last []byte) (err error) {
	h, lastOffset := r.root.properties, uint64(r.size)-uint64(len(last))
	var raw []byte
	if h.offset >= lastOffset {
		raw = bytes.Clone(last[h.offset-lastOffset : h.end()-lastOffset])
	} else if raw, err = r.read(nil, h.offset, h.end()-h.offset); err != nil {
		return err
	}
	payload, err := unseal(r.o.Name, raw, h)
	if err != nil {
		return err
	}
	if r.props, err = decodeProperties(payload, r.root.version); err == nil {
		r.layout, err = r.props.layout()
	}
	switch {
	case errors.Is(err, ErrVersion):
		return fmt.Errorf("sst: open %s: %w", r.o.Name, err)
	case err != nil:
		return r.malformed(h, "properties")
	}
	r.props.meta.Bytes = uint64(r.size)
	r.dataEnd = r.root.filter.offset
	return r.readRanges()
}

func (r *Reader) malformed(h handle, what string) error {
	return corrupt.At(r.o.Name, int64(h.offset), "malformed %s", what)
}

// read reads n bytes of the file at offset into buf, or into a new slice if buf is too small.
func (r *Reader) read(buf []byte, offset, n uint64) ([]byte, error) {
	var got int
	var err error
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
		got, err = sparse.ReadAt(r.r, buf, int64(offset))
	} else {
		buf = buf[:n]
		got, err = r.r.ReadAt(buf, int64(offset))
	}
	switch {
	case got == len(buf) && (err == nil || errors.Is(err, io.EOF)):
		return buf, nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, corrupt.At(r.o.Name, int64(offset)+int64(got), "unexpected end of file, want %d bytes", r.size)
	}
	return nil, fmt.Errorf("sst: read %s offset %d: %w", r.o.Name, offset, err)
}

// Get returns the newest entry of user whose sequence number is at most seq. A deletion is an entry: ok is then true
// and kind is Delete. The caller may keep the value but must not modify it.
func (r *Reader) Get(user []byte, seq key.Seq) (value []byte, kind key.Kind, ok bool, err error) {
	m := &r.props.meta
	if seq < m.MinSeq || bytes.Compare(user, m.Smallest) < 0 {
		return nil, 0, false, nil
	}
	if err = r.load(); err != nil {
		return nil, 0, false, err
	}
	if !r.filter.mayHold(hashKey(user)) {
		return nil, 0, false, nil
	}
	i := r.seekIndex(user, visible(seq))
	if i == len(r.index) {
		return nil, 0, false, nil
	}
	payload, err := r.block(i)
	if err != nil {
		return nil, 0, false, err
	}
	var e entry
	ok, err = r.find(payload, user, visible(seq), &e)
	if err != nil {
		return nil, 0, false, r.malformed(r.index[i].handle, "block")
	}
	if !ok {
		return nil, 0, false, nil
	}
	return e.value, e.trailer.Kind(), true, nil
}

// find reads into e the first entry of a data block that is not before (user, tr), and reports whether it is one of
// user. According to the index there is such an entry, so a block without one is malformed.
func (r *Reader) find(payload, user []byte, tr key.Trailer, e *entry) (bool, error) {
	if r.layout == Columns {
		c, err := parseColumns(payload)
		if err != nil {
			return false, err
		}
		at, err := c.seek(user, tr, e)
		if err != nil || at == c.count {
			return false, errMalformed
		}
		return c.isKey(e, user), nil
	}
	b, err := parseBlock(payload)
	if err != nil {
		return false, err
	}
	found, err := b.seek(user, tr, e)
	if err != nil || !found {
		return false, errMalformed
	}
	return e.isKey(user), nil
}

// InMemory reports whether the whole table is in memory, so that only Verify reads the file.
func (r *Reader) InMemory() bool { return r.whole != nil }

// visible returns the trailer that sorts at or before every version of a key that is visible at seq, and after all
// others.
func visible(seq key.Seq) key.Trailer { return key.MakeTrailer(seq, ^key.Kind(0)) }

// Meta returns what the table holds. Its keys must not be modified.
func (r *Reader) Meta() Meta { return r.props.meta }
