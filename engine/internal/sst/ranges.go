package sst

import (
	"bytes"
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/compress"
	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

const (
	rangesCountBytes   = 4
	rangesEntryMinimum = 4 // two lengths, the first byte of an end, a sequence number
)

// AddRanges sets the table's range deletes. It may be called once, before Finish. The set must not be modified until
// then.
func (w *Writer) AddRanges(s rangedel.Set) {
	invariant.Check(!w.finished && w.ranges == nil, "sst: range deletes are added once")
	invariant.Check(s.Valid(), "sst: range deletes are sorted and do not overlap")
	w.ranges = s
}

// appendRanges writes the block of range deletes, if there are any, and counts them.
func (w *Writer) appendRanges() {
	if len(w.ranges) == 0 {
		return
	}
	w.buf = encodeRanges(w.buf, w.ranges)
	w.props.set(field{tagRanges, w.seal(compress.None).appendTo(nil)})
	w.props.addRanges(w.ranges)
}

// addRanges counts range deletes. All entries must have been counted before.
func (p *properties) addRanges(s rangedel.Set) {
	m := &p.meta
	for i := range s {
		t := &s[i]
		if m.Entries == 0 || bytes.Compare(t.Start, m.Smallest) < 0 {
			m.Smallest = bytes.Clone(t.Start)
		}
		if m.Entries == 0 || bytes.Compare(t.Last(), m.Largest) > 0 {
			m.Largest = bytes.Clone(t.Last())
		}
		if m.Entries == 0 || t.Seq < m.MinSeq {
			m.MinSeq = t.Seq
		}
		m.MaxSeq = max(m.MaxSeq, t.Seq)
		m.Entries++
	}
}

func encodeRanges(b []byte, s rangedel.Set) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	for i := range s {
		t := &s[i]
		b = append(binary.AppendUvarint(b, uint64(len(t.Start))), t.Start...)
		b = append(binary.AppendUvarint(b, uint64(len(t.End))), t.End...)
		b = binary.AppendUvarint(b, uint64(t.Seq))
	}
	return b
}

// decodeRanges decodes a payload; its keys alias it.
func decodeRanges(b []byte) (rangedel.Set, error) {
	if len(b) < rangesCountBytes {
		return nil, errMalformed
	}
	count, rest := binary.LittleEndian.Uint32(b), b[rangesCountBytes:]
	if count == 0 || uint64(count)*rangesEntryMinimum > uint64(len(rest)) {
		return nil, errMalformed
	}
	s := make(rangedel.Set, count)
	for i := range s {
		t, ok := &s[i], false
		if t.Start, rest, ok = cutBytes(rest); !ok {
			return nil, errMalformed
		}
		if t.End, rest, ok = cutBytes(rest); !ok {
			return nil, errMalformed
		}
		seq, n := binary.Uvarint(rest)
		if n <= 0 || seq > uint64(key.MaxSeq) {
			return nil, errMalformed
		}
		t.Seq, rest = key.Seq(seq), rest[n:]
	}
	if len(rest) != 0 || !s.Valid() {
		return nil, errMalformed
	}
	return s, nil
}

// readRanges reads the range deletes, which are between the data blocks and the filter, and compares them with the
// properties.
func (r *Reader) readRanges() error {
	value, ok := r.props.get(tagRanges)
	if !ok {
		return nil
	}
	if len(value) != handleBytes {
		return r.malformed(r.root.properties, "properties")
	}
	h := decodeHandle(value)
	if h.offset > r.root.filter.offset || h.end() != r.root.filter.offset {
		return r.malformed(r.root.properties, "properties")
	}
	raw, err := r.rawRanges(h)
	if err != nil {
		return err
	}
	payload, err := unseal(r.o.Name, raw, h)
	if err != nil {
		return err
	}
	if r.ranges, err = decodeRanges(payload); err != nil {
		return r.malformed(h, "range deletes")
	}
	counted := r.props
	counted.addRanges(r.ranges)
	counted.meta.Entries = r.props.meta.Entries
	if uint64(len(r.ranges)) > r.props.meta.Entries || !bytes.Equal(counted.appendCounts(nil), r.props.appendCounts(nil)) {
		return r.malformed(h, "range deletes: out of the table's bounds")
	}
	r.dataEnd = h.offset
	return nil
}

func (r *Reader) rawRanges(h handle) ([]byte, error) {
	if r.whole != nil {
		return r.whole[h.offset:h.end()], nil
	}
	return r.read(nil, h.offset, h.end()-h.offset)
}

// points returns the number of entries of single keys.
func (r *Reader) points() uint64 { return r.props.meta.Entries - uint64(len(r.ranges)) }

// Ranges returns the range deletes of the table, which must not be modified. Get and iterators do not apply them.
func (r *Reader) Ranges() rangedel.Set { return r.ranges }
