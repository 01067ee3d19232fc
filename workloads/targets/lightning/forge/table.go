package forge

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The sizes of what a table has at its end and after each block.
const (
	footerBytes = 64
	handleBytes = 16
	sealBytes   = 5
	countsBytes = 5 * 8 // the five counts at the start of the properties
)

// The tags of properties.
const (
	tagRanges = 129
	tagLayout = 130
)

// sealed is a block of a table: its stored payload and its type.
type sealed struct {
	stored []byte
	kind   byte
}

// handle locates a block.
type handle struct {
	offset   uint64
	length   uint32
	checksum uint32
}

func (h handle) bytes() []byte {
	b := binary.LittleEndian.AppendUint64(nil, h.offset)
	b = binary.LittleEndian.AppendUint32(b, h.length)
	return binary.LittleEndian.AppendUint32(b, h.checksum)
}

// indexed is the index entry of a data block.
type indexed struct {
	key     []byte
	trailer uint64
}

// property is an optional property of a table.
type property struct {
	tag   byte
	value []byte
}

// table is a parsed table.
type table struct {
	blocks     []sealed
	index      []indexed
	ranges     []byte // nil if it has no range deletes
	filter     []byte
	counts     []byte // number of entries, first and last sequence number, bytes of keys, bytes of values
	keys       [2][]byte
	properties []property // bytes fills in the handle of the range deletes
	version    uint32
	magic      uint64

	blocksMore int // added to the number of blocks in the index
	// handled, if not nil, changes the handle of the filter, the properties, the index, or data block n.
	handled func(part string, n int, h *handle)
	// resized, if not nil, changes the length of a part's payload.
	resized func(part string, n int, payload []byte) []byte
}

// tableOf parses a table that an engine wrote.
func tableOf(content []byte) *table {
	footer := content[len(content)-footerBytes:]
	block := func(h []byte) sealed {
		at, length := binary.LittleEndian.Uint64(h), uint64(binary.LittleEndian.Uint32(h[8:]))
		return sealed{bytes.Clone(content[at : at+length]), content[at+length]}
	}
	t := &table{
		filter: block(footer).stored, version: binary.LittleEndian.Uint32(footer[48:]), magic: binary.LittleEndian.Uint64(footer[56:]),
	}
	rest := block(footer[handleBytes:]).stored
	t.counts, rest = rest[:countsBytes:countsBytes], rest[countsBytes:]
	t.keys[0], rest = cut(rest)
	t.keys[1], rest = cut(rest)
	for len(rest) > 0 {
		p := property{tag: rest[0]}
		if p.value, rest = cut(rest[1:]); p.tag == tagRanges {
			t.ranges = block(p.value).stored
			p.value = nil
		}
		t.properties = append(t.properties, p)
	}
	for rest = block(footer[2*handleBytes:]).stored[4:]; len(rest) > 0; rest = rest[8+handleBytes:] {
		x := indexed{}
		x.key, rest = cut(rest)
		x.trailer = binary.LittleEndian.Uint64(rest)
		t.index, t.blocks = append(t.index, x), append(t.blocks, block(rest[8:]))
	}
	return t
}

// columns reports whether the data blocks are columnar.
func (t *table) columns() bool {
	for _, p := range t.properties {
		if p.tag == tagLayout {
			return true
		}
	}
	return false
}

// seal appends a block and returns it with its handle.
func (t *table) seal(b []byte, part string, n int, s sealed) ([]byte, handle) {
	if t.resized != nil {
		s.stored = t.resized(part, n, s.stored)
	}
	h := handle{offset: uint64(len(b)), length: uint32(len(s.stored))}
	at := len(b)
	b = append(append(b, s.stored...), s.kind)
	h.checksum = crc32.Checksum(b[at:], castagnoli)
	b = binary.LittleEndian.AppendUint32(b, h.checksum)
	if t.handled != nil {
		t.handled(part, n, &h)
	}
	return b, h
}

// bytes encodes the table.
func (t *table) bytes() (b []byte) {
	var h, filter, properties, index handle
	x := binary.LittleEndian.AppendUint32(nil, uint32(len(t.index)+t.blocksMore))
	for i, s := range t.blocks {
		b, h = t.seal(b, "data", i, s)
		x = append(uvarints(x, uint64(len(t.index[i].key))), t.index[i].key...)
		x = append(binary.LittleEndian.AppendUint64(x, t.index[i].trailer), h.bytes()...)
	}
	if t.ranges != nil {
		b, h = t.seal(b, "range deletes", 0, sealed{stored: t.ranges})
	}
	b, filter = t.seal(b, "filter", 0, sealed{stored: t.filter})
	p := bytes.Clone(t.counts)
	for _, k := range t.keys {
		p = append(uvarints(p, uint64(len(k))), k...)
	}
	for _, f := range t.properties {
		if f.tag == tagRanges && f.value == nil {
			f.value = h.bytes()
		}
		p = append(uvarints(append(p, f.tag), uint64(len(f.value))), f.value...)
	}
	b, properties = t.seal(b, "properties", 0, sealed{stored: p})
	b, index = t.seal(b, "index", 0, sealed{stored: x})
	at := len(b)
	b = append(append(append(b, filter.bytes()...), properties.bytes()...), index.bytes()...)
	b = binary.LittleEndian.AppendUint32(b, t.version)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli))
	return binary.LittleEndian.AppendUint64(b, t.magic)
}
