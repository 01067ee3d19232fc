package memtable

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A node is what a ref addresses. Its links lie below it, key and value above.
type node struct {
	trailer          key.Trailer
	keyLen, valueLen uint32
}

const (
	heightMax   = 20 // with every second node one higher: good for 2^20 entries and more
	headerWords = 2  // the words of a node before its key, without its links
	headerBytes = headerWords * wordBytes
	entryBytes  = 1 << 32 // lengths are 32 bits each
)

// A link leads to a node: the first bytes of its key above its ref.
type link uint64

// endLink leads nowhere, and its hint is that of the last keys, so that a search rarely looks further than at that.
const endLink = link(0xffffffff << 32)

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

// heightOf returns 1 for half of all sequence numbers, 2 for a quarter, and so on up to heightMax: the trailing zeros
// of a number mixed so that every bit of the sequence number counts.
func heightOf(seq key.Seq) int {
	x := uint64(seq) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return 1 + bits.TrailingZeros64(x|1<<(heightMax-1))
}

// word returns where the link at a level is. A link is written without care only before anybody can come by it.
func (n *node) word(level int) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(n), -(level+1)*wordBytes))
}

func (n *node) load(level int) link { return link(atomic.LoadUint64(n.word(level))) }

func (n *node) swap(level int, from, to link) bool {
	return atomic.CompareAndSwapUint64(n.word(level), uint64(from), uint64(to))
}

func (n *node) user() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(n), headerBytes)), int(n.keyLen))
}

func (n *node) value() []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(n), headerBytes+uintptr(n.keyLen))), int(n.valueLen))
}

// newNode writes a node that nobody can reach yet, without its links.
func (t *Table) newNode(user []byte, tr key.Trailer, value []byte, height int) (*node, ref) {
	invariant.Check(uint64(len(user)) < entryBytes && uint64(len(value)) < entryBytes,
		"memtable: lengths fit 32 bits")
	// A byte more than is needed, because nothing may point past the end of a chunk, not even an empty value.
	payload := (len(user)+len(value))/wordBytes + 1
	p, r := t.arena.alloc(height + headerWords + payload)
	n := (*node)(unsafe.Add(p, height*wordBytes))
	n.trailer, n.keyLen, n.valueLen = tr, uint32(len(user)), uint32(len(value))
	copy(n.user(), user)
	copy(n.value(), value)
	return n, r + ref(height)
}
