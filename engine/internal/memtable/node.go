package memtable

import (
	"encoding/binary"
	"math/bits"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Where the parts of a node are, in words from its ref; link l is at -1-l.
const (
	trailerWord = 0
	lengthsWord = 1
	bytesWord   = 2
)

const (
	heightMax  = 12      // with one node in four one higher: good for 4^12 entries
	entryBytes = 1 << 32 // lengths are 32 bits each
)

// A link leads to a node: the first bytes of its key above its ref. The zero link leads nowhere.
type link uint64

func makeLink(hint uint32, to ref) link { return link(uint64(hint)<<32 | uint64(to)) }

func (l link) ref() ref     { return ref(l) }
func (l link) hint() uint32 { return uint32(l >> 32) }

// hintOf returns the first four bytes of a user key as a number, zeros for those it lacks: if the hints of two keys
// differ, the keys are ordered as the hints are.
func hintOf(user []byte) uint32 {
	if len(user) >= 4 {
		return binary.BigEndian.Uint32(user)
	}
	var b [4]byte
	copy(b[:], user)
	return binary.BigEndian.Uint32(b[:])
}

// newNode writes a node that nobody can reach yet, with the links that s leads to.
func (t *Table) newNode(user []byte, tr key.Trailer, value []byte, s *splice, height int) ref {
	invariant.Check(uint64(len(user)) < entryBytes && uint64(len(value)) < entryBytes,
		"memtable: lengths fit 32 bits")
	payload := (len(user) + len(value) + wordBytes - 1) / wordBytes
	index, chunk, offset := t.arena.alloc(height + bytesWord + payload)
	offset += height
	for level := range height {
		chunk[offset-1-level] = uint64(s.next[level])
	}
	chunk[offset+trailerWord] = uint64(tr)
	chunk[offset+lengthsWord] = uint64(len(user))<<32 | uint64(len(value))
	b := chunkBytes(chunk)[(offset+bytesWord)*wordBytes:]
	copy(b, user)
	copy(b[len(user):], value)
	return ref(index<<offsetBits | offset)
}

// keyAt returns the user key and the trailer of a node.
func (t *Table) keyAt(n ref) ([]byte, key.Trailer) {
	chunk, offset := t.arena.at(n)
	start := (offset + bytesWord) * wordBytes
	end := start + int(chunk[offset+lengthsWord]>>32)
	return chunkBytes(chunk)[start:end:end], key.Trailer(chunk[offset+trailerWord])
}

// valueAt returns the value of a node.
func (t *Table) valueAt(n ref) []byte {
	chunk, offset := t.arena.at(n)
	lengths := chunk[offset+lengthsWord]
	start := (offset+bytesWord)*wordBytes + int(lengths>>32)
	end := start + int(uint32(lengths))
	return chunkBytes(chunk)[start:end:end]
}

// A dice draws heights: a xorshift generator, whose state is never 0.
type dice uint64

// height returns 1 with probability 3/4, 2 with 3/16, and so on up to heightMax.
func (d *dice) height() int {
	x := uint64(*d)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*d = dice(x)
	return min(1+bits.TrailingZeros64(x)/2, heightMax)
}
