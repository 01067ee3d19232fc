package sst

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/rangedel"
)

// A Gap is a part of a table that cannot be read.
type Gap struct {
	Offset, Bytes int64
	After, Before []byte // the nearest readable user keys on either side; nil if there are none
	Ranges        bool   // it contained, or may have contained, range deletes
	Unindexed     bool   // it contained the index: nothing proves that the visited entries belong to this table
	Cause         error  // is corrupt.Err
}

// Salvage visits, in order, every entry of a damaged table whose block is intact. It returns the range deletes, if their
// block is intact, and the damaged parts. The slices passed on alias content. Without a readable index it finds blocks
// by their checksums, from the front up to the first damaged one. Without readable properties it assumes the layout in
// which the first block is sound. Everything it visits was written by a Writer; it invents nothing.
func Salvage(content []byte, name string, visit func(user []byte, tr key.Trailer, value []byte)) (rangedel.Set, []Gap) {
	s := salvager{content: content, name: name, visit: visit, layouts: []Layout{Columns, Restarts}}
	s.root()
	if s.indexed == nil {
		s.scan()
		return s.ranges, s.gaps
	}
	end := int64(0)
	for _, e := range s.indexed {
		s.block(e.handle)
		end = int64(e.handle.end())
	}
	s.rangesBetween(end, int64(s.footer.filter.offset))
	if err := s.tail(); err != nil {
		s.lose(int64(s.footer.filter.offset), int64(len(content))-int64(s.footer.filter.offset), err)
	}
	return s.ranges, s.gaps
}

// SalvageMeta returns what a damaged table states about itself, if its footer and properties are readable.
func SalvageMeta(content []byte, name string) (m Meta, ok bool) {
	size := int64(len(content))
	if size < footerBytes {
		return m, false
	}
	f, err := decodeFooter(name, content[size-footerBytes:], size)
	if err != nil {
		return m, false
	}
	raw, err := unseal(name, content[f.properties.offset:f.properties.end()], f.properties)
	if err != nil {
		return m, false
	}
	p, err := decodeProperties(raw, f.version)
	p.meta.Bytes = uint64(size)
	return p.meta, err == nil
}

type salvager struct {
	content []byte
	name    string
	visit   func(user []byte, tr key.Trailer, value []byte)
	layouts []Layout // possible layouts of the data blocks; one as soon as it is known
	footer  footer
	indexed index // nil if unreadable

	ranges   rangedel.Set
	noRanges bool // the properties say that there are none
	gaps     []Gap

	any     bool
	last    []byte // the entry visited last
	trailer key.Trailer
}

// root reads footer, properties and index as far as possible.
func (s *salvager) root() {
	size := int64(len(s.content))
	if size < footerBytes {
		return
	}
	f, err := decodeFooter(s.name, s.content[size-footerBytes:], size)
	if err != nil {
		return
	}
	s.footer = f
	if raw, err := unseal(s.name, s.content[f.properties.offset:f.properties.end()], f.properties); err == nil {
		if p, err := decodeProperties(raw, f.version); err == nil {
			s.properties(&p)
		}
	}
	payload, err := unseal(s.name, s.content[f.index.offset:f.index.end()], f.index)
	if err != nil {
		return
	}
	x, err := decodeIndexUpTo(payload, f.filter.offset)
	if err == nil {
		s.indexed = append(index{}, x...)
	}
}

// properties takes the layout of data blocks and the place of any range deletes from readable properties.
func (s *salvager) properties(p *properties) {
	if layout, err := p.layout(); err == nil {
		s.layouts = []Layout{layout}
	}
	value, ok := p.get(tagRanges)
	if s.noRanges = !ok; !ok || len(value) != handleBytes {
		return
	}
	if h := decodeHandle(value); h.offset < s.footer.filter.offset && h.end() == s.footer.filter.offset {
		s.rangesIn(s.content[h.offset:h.end()], int64(h.offset))
	}
}

// rangesBetween reads the range deletes, which fill the file between the last data block and the filter.
func (s *salvager) rangesBetween(from, to int64) {
	if from == to {
		return
	}
	if s.rangesIn(s.content[from:to], from) {
		return
	}
	s.lose(from, to-from, corrupt.At(s.name, from, "unreadable range deletes"))
	s.gaps[len(s.gaps)-1].Ranges = true
}

// rangesIn reports whether raw is a block of range deletes. If so, it keeps them.
func (s *salvager) rangesIn(raw []byte, offset int64) bool {
	if len(raw) <= blockTailBytes {
		return false
	}
	payload, err := unseal(s.name, raw, selfHandle(raw, offset))
	if err != nil {
		return false
	}
	found, err := decodeRanges(payload)
	if err == nil {
		s.ranges = found
	}
	return err == nil
}

// selfHandle returns a handle made from the block itself.
func selfHandle(raw []byte, offset int64) handle {
	return handle{
		offset: uint64(offset), length: uint32(len(raw) - blockTailBytes),
		checksum: binary.LittleEndian.Uint32(raw[len(raw)-4:]),
	}
}

// tail checks the parts after the data blocks that are needed to open the table.
func (s *salvager) tail() error {
	_, err := Open(bytes.NewReader(s.content), int64(len(s.content)), ReaderOptions{Name: s.name})
	if len(s.gaps) > 0 && s.gaps[len(s.gaps)-1].Ranges {
		return nil // Open would fail there first
	}
	return err
}

func (s *salvager) lose(offset, n int64, cause error) {
	var after []byte
	if s.any {
		after = bytes.Clone(s.last)
	}
	s.gaps = append(s.gaps, Gap{Offset: offset, Bytes: n, After: after, Cause: cause})
}

// block visits all entries of a block, or none.
func (s *salvager) block(h handle) {
	payload, err := unseal(s.name, s.content[h.offset:h.end()], h)
	if err == nil && !s.sound(payload) {
		err = corrupt.At(s.name, int64(h.offset), "malformed block")
	}
	if err != nil {
		s.lose(int64(h.offset), int64(h.end()-h.offset), err)
		return
	}
	s.visitAll(payload)
}

// sound reports whether a payload is a data block that can follow what was visited. If so, it also settles the layout.
func (s *salvager) sound(payload []byte) bool {
	for _, layout := range s.layouts {
		if s.soundAs(layout, payload) {
			s.layouts = []Layout{layout}
			return true
		}
	}
	return false
}

func (s *salvager) soundAs(layout Layout, payload []byte) bool {
	i := blockIter{layout: layout}
	if i.reset(payload) != nil || layout == Columns && !i.columns.verify() {
		return false
	}
	last, trailer, begun, restarts := s.last, s.trailer, s.any, 0
	for ok := i.first(); ok; ok = i.next() {
		if !hasKind(i.trailer) || begun && key.Compare(last, trailer, i.user, i.trailer) >= 0 {
			return false
		}
		if restarts < i.restartCount() && i.offset == i.restart(restarts) && i.shared == 0 {
			restarts++
		}
		last, trailer, begun = bytes.Clone(i.user), i.trailer, true
	}
	return !i.broken && restarts == i.restartCount()
}

// visitAll visits all entries of a sound payload.
func (s *salvager) visitAll(payload []byte) {
	i := blockIter{layout: s.layouts[0]}
	_ = i.reset(payload)
	for ok := i.first(); ok; ok = i.next() {
		if n := len(s.gaps); n > 0 && s.gaps[n-1].Before == nil {
			s.gaps[n-1].Before = bytes.Clone(i.user)
		}
		s.last, s.trailer, s.any = append(s.last[:0], i.user...), i.trailer, true
		s.visit(bytes.Clone(i.user), i.trailer, i.value)
	}
}

// scan visits blocks from the front, as long as one follows another, and then the range deletes.
func (s *salvager) scan() {
	offset := 0
	for {
		n := s.sealed(offset)
		if n < 0 {
			break
		}
		raw := s.content[offset : offset+n]
		payload, err := unseal(s.name, raw, selfHandle(raw, int64(offset)))
		if err != nil || !s.sound(payload) {
			break // only what follows the data blocks is damaged
		}
		s.visitAll(payload)
		offset += n
	}
	if n := s.sealed(offset); n > 0 && s.rangesIn(s.content[offset:offset+n], int64(offset)) {
		offset += n
	}
	s.lose(int64(offset), int64(len(s.content)-offset), corrupt.At(s.name, int64(offset),
		"unreadable index, and no data block follows here"))
	g := &s.gaps[len(s.gaps)-1]
	g.Ranges, g.Unindexed = s.ranges == nil && !s.noRanges && !s.filterAt(offset), true
}

// filterAt reports whether there is a filter at offset, where range deletes would be if the table had any.
func (s *salvager) filterAt(offset int) bool {
	n := s.sealed(offset)
	if n < 0 {
		return false
	}
	raw := s.content[offset : offset+n]
	payload, err := unseal(s.name, raw, selfHandle(raw, int64(offset)))
	return err == nil && filter(payload).valid()
}

// sealed returns the length of the block at offset, found by a checksum that matches the bytes before it, or -1 if
// there is none. Only a filter block may be empty.
func (s *salvager) sealed(offset int) int {
	sum := uint32(0)
	b := s.content[offset:]
	for n := 1; n+4 <= len(b); n++ {
		sum = crc32.Update(sum, castagnoli, b[n-1:n])
		if sum == binary.LittleEndian.Uint32(b[n:]) {
			return n + 4
		}
	}
	return -1
}
