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

// properties are Meta, but for the size of the file, and the sizes of keys and values as they were added.
type properties struct {
	meta                       Meta
	rawKeyBytes, rawValueBytes uint64
	ranges                     handle // zero if there are no range deletes
}

// Tags of optional properties, each followed by its length as a uvarint, in ascending order.
const tagRanges = 1

// version returns that of the footer of a table with these properties.
func (p *properties) version() uint32 {
	if p.ranges == (handle{}) {
		return versionPlain
	}
	return versionTagged
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

func (p *properties) appendTo(b []byte) []byte {
	for _, n := range [...]uint64{
		p.meta.Entries, uint64(p.meta.MinSeq), uint64(p.meta.MaxSeq), p.rawKeyBytes, p.rawValueBytes,
	} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	for _, user := range [...][]byte{p.meta.Smallest, p.meta.Largest} {
		b = append(binary.AppendUvarint(b, uint64(len(user))), user...)
	}
	if p.ranges != (handle{}) {
		b = p.ranges.appendTo(append(b, tagRanges, handleBytes))
	}
	return b
}

// decodeProperties reads a payload of a table with that version; its keys alias it.
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
	rest, ok := b[propertiesFixedBytes:], false
	for _, user := range [...]*[]byte{&p.meta.Smallest, &p.meta.Largest} {
		if *user, rest, ok = cutBytes(rest); !ok {
			return properties{}, errMalformed
		}
	}
	if err := p.decodeTagged(rest); err != nil || p.version() != version {
		return properties{}, errMalformed
	}
	return p, nil
}

func (p *properties) decodeTagged(rest []byte) error {
	for last := byte(0); len(rest) > 0; {
		tag := rest[0]
		value, after, ok := cutBytes(rest[1:])
		if !ok || tag <= last || tag != tagRanges || len(value) != handleBytes {
			return errMalformed
		}
		p.ranges = decodeHandle(value)
		last, rest = tag, after
	}
	return nil
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
