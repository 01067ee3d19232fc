package sst

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A Gap is a part of a table that cannot be read.
type Gap struct {
	Offset, Bytes int64
	After, Before []byte // the readable user keys around it; nil if there are none
	Cause         error  // is corrupt.Err
}

// Salvage visits, in order, every entry of a damaged table whose block is whole, and returns what is not. The slices
// that it passes on alias content. Without a readable index it finds blocks by their checksums, from the front up to the
// first that is damaged. What it visits is what a Writer wrote; it makes nothing up.
func Salvage(content []byte, name string, visit func(user []byte, tr key.Trailer, value []byte)) []Gap {
	s := salvager{content: content, name: name, visit: visit}
	x, end, err := s.index()
	if err != nil {
		s.scan()
		return s.gaps
	}
	for _, e := range x {
		s.block(e.handle)
	}
	if err := s.tail(); err != nil {
		s.lose(end, int64(len(content))-end, err)
	}
	return s.gaps
}

type salvager struct {
	content []byte
	name    string
	visit   func(user []byte, tr key.Trailer, value []byte)
	gaps    []Gap

	any     bool
	last    []byte // the last entry that was visited
	trailer key.Trailer
}

// index reads the index, and returns where the data blocks end.
func (s *salvager) index() (index, int64, error) {
	size := int64(len(s.content))
	if size < footerBytes {
		return nil, 0, corrupt.At(s.name, size, "a file of %d bytes cannot be a table", size)
	}
	f, err := decodeFooter(s.name, s.content[size-footerBytes:], size)
	if err != nil {
		return nil, 0, err
	}
	payload, err := unseal(s.name, s.content[f.index.offset:f.index.end()], f.index)
	if err != nil {
		return nil, 0, err
	}
	end := f.filter.offset
	if raw, err := unseal(s.name, s.content[f.properties.offset:f.properties.end()], f.properties); err == nil {
		if p, err := decodeProperties(raw, f.version); err == nil {
			if value, ok := p.get(tagRanges); ok && len(value) == handleBytes {
				end = decodeHandle(value).offset
			}
		}
	}
	x, err := decodeIndex(payload, end)
	return x, int64(end), err
}

// tail checks what stands behind the data blocks and is needed to open the table.
func (s *salvager) tail() error {
	_, err := Open(bytes.NewReader(s.content), int64(len(s.content)), ReaderOptions{Name: s.name})
	return err
}

func (s *salvager) lose(offset, n int64, cause error) {
	var after []byte
	if s.any {
		after = bytes.Clone(s.last)
	}
	s.gaps = append(s.gaps, Gap{Offset: offset, Bytes: n, After: after, Cause: cause})
}

// block visits the entries of a block, all or none.
func (s *salvager) block(h handle) bool {
	payload, err := unseal(s.name, s.content[h.offset:h.end()], h)
	if err == nil && !s.sound(payload) {
		err = corrupt.At(s.name, int64(h.offset), "malformed block")
	}
	if err != nil {
		s.lose(int64(h.offset), int64(h.end()-h.offset), err)
		return false
	}
	s.visitAll(payload)
	return true
}

// sound reports whether a payload is a data block that can follow what was visited.
func (s *salvager) sound(payload []byte) bool {
	var i blockIter
	if i.reset(payload) != nil {
		return false
	}
	last, trailer, begun, restarts := s.last, s.trailer, s.any, 0
	for ok := i.first(); ok; ok = i.next() {
		if begun && key.Compare(last, trailer, i.user, i.trailer) >= 0 {
			return false
		}
		if restarts < i.restartCount() && i.offset == i.restart(restarts) && i.shared == 0 {
			restarts++
		}
		last, trailer, begun = bytes.Clone(i.user), i.trailer, true
	}
	return !i.broken && restarts == i.restartCount()
}

func (s *salvager) visitAll(payload []byte) {
	var i blockIter
	_ = i.reset(payload) // sound has seen it
	for ok := i.first(); ok; ok = i.next() {
		if n := len(s.gaps); n > 0 && s.gaps[n-1].Before == nil {
			s.gaps[n-1].Before = bytes.Clone(i.user)
		}
		s.last, s.trailer, s.any = append(s.last[:0], i.user...), i.trailer, true
		s.visit(bytes.Clone(i.user), i.trailer, i.value)
	}
}

// scan visits blocks from the front, as long as one follows the other.
func (s *salvager) scan() {
	offset := 0
	for {
		n := s.sealed(offset)
		if n < 0 {
			break
		}
		h := handle{offset: uint64(offset), length: uint32(n - blockTailBytes)}
		h.checksum = binary.LittleEndian.Uint32(s.content[offset+n-4:])
		payload, err := unseal(s.name, s.content[offset:offset+n], h)
		if err != nil || !s.sound(payload) {
			break // the filter, if nothing is damaged but what is behind the blocks
		}
		s.visitAll(payload)
		offset += n
	}
	s.lose(int64(offset), int64(len(s.content)-offset), corrupt.At(s.name, int64(offset),
		"the index cannot be read, and from here on no data block follows another"))
}

// sealed returns the length of the block that begins at offset, which is where a checksum fits what is before it; -1 if
// there is none.
func (s *salvager) sealed(offset int) int {
	sum := uint32(0)
	b := s.content[offset:]
	for n := 1; n+4 <= len(b); n++ {
		sum = crc32.Update(sum, castagnoli, b[n-1:n])
		if n > 1 && sum == binary.LittleEndian.Uint32(b[n:]) {
			return n + 4
		}
	}
	return -1
}
