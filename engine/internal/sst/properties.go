package sst

import (
	"encoding/binary"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Meta says what a table holds.
type Meta struct {
	Bytes    uint64 // the size of the file
	Entries  uint64 // range deletes included
	Smallest []byte // user key of the first entry, or start of the first range delete
	Largest  []byte // user key of the last entry, or rangedel.Tombstone.Last of the last range delete
	MinSeq   key.Seq
	MaxSeq   key.Seq
}

// properties are Meta without the file size, plus the raw sizes of keys and values and the optional fields.
type properties struct {
	meta                       Meta
	rawKeyBytes, rawValueBytes uint64
	fields                     []field // by ascending tag
}

const propertiesFixedBytes = 5 * 8

// add counts one entry. The first call sets the smallest key; the largest is left to the caller.
func (p *properties) add(user []byte, tr key.Trailer, value []byte) {
	if p.meta.Entries == 0 {
		p.meta.Smallest = append([]byte{}, user...)
		p.meta.MinSeq = tr.Seq()
	}
	p.meta.Entries++
	p.meta.MinSeq = min(p.meta.MinSeq, tr.Seq())
	p.meta.MaxSeq = max(p.meta.MaxSeq, tr.Seq())
	p.rawKeyBytes += uint64(len(user))
	p.rawValueBytes += uint64(len(value))
}

// appendTo appends the payload in format version 2.
func (p *properties) appendTo(b []byte) []byte { return appendFields(p.appendCounts(b), p.fields) }

// appendCounts appends the part common to all versions: everything except the fields.
func (p *properties) appendCounts(b []byte) []byte {
	for _, n := range [...]uint64{
		p.meta.Entries, uint64(p.meta.MinSeq), uint64(p.meta.MaxSeq), p.rawKeyBytes, p.rawValueBytes,
	} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	for _, user := range [...][]byte{p.meta.Smallest, p.meta.Largest} {
		b = append(binary.AppendUvarint(b, uint64(len(user))), user...)
	}
	return b
}

// decodeProperties decodes a payload of the given format version; its keys alias it. The error is errMalformed or
// ErrVersion.
func decodeProperties(b []byte, version uint32) (properties, error) {
	if len(b) < propertiesFixedBytes {
		return properties{}, errMalformed
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i*8:]) }
	p := properties{
		meta:          Meta{Entries: word(0), MinSeq: key.Seq(word(1)), MaxSeq: key.Seq(word(2))},
		rawKeyBytes:   word(3),
		rawValueBytes: word(4),
	}
	if p.meta.MinSeq > p.meta.MaxSeq || p.meta.MaxSeq > key.MaxSeq {
		return properties{}, errMalformed
	}
	rest, ok := b[propertiesFixedBytes:], false
	for _, user := range [...]*[]byte{&p.meta.Smallest, &p.meta.Largest} {
		if *user, rest, ok = cutBytes(rest); !ok {
			return properties{}, errMalformed
		}
	}
	if version == 1 && len(rest) != 0 {
		return properties{}, errMalformed
	}
	var err error
	p.fields, err = decodeFields(rest)
	return p, err
}

// cutBytes reads a uvarint and that many bytes.
func cutBytes(b []byte) (head, rest []byte, ok bool) {
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return nil, nil, false
	}
	b = b[n:]
	return b[:length:length], b[length:], true
}
