package memtable

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// A node is what a ref addresses. Its links lie below it, its key and value above.
type node struct {
	trailer          key.Trailer
	keyLen, valueLen uint32
}

const (
	heightMax   = 20 // every second node is one level higher, so this suits 2^20 entries and more
	headerWords = 2  // words of a node before its key, not counting links
	headerBytes = headerWords * wordBytes
	entryBytes  = 1 << 32 // lengths are 32 bits each
)

// A link leads to a node: the hint of its key above its ref.
type link uint64

// endLink leads nowhere. Its hint is that of the last possible keys, so that a search rarely needs to look beyond the
// hint.
const endLink = link(0xffffffff << 32)

func makeLink(hint uint32, to ref) link { return link(uint64(hint)<<32 | uint64(to)) }

func (l link) ref() ref     { return ref(l) }
func (l link) hint() uint32 { return uint32(l >> 32) }

// hintOf returns the first four bytes of a user key as a number, padded with zeros. If the hints of two keys differ,
// the keys are ordered like their hints.
func hintOf(user []byte) uint32 {
	if len(user) >= 4 {
		return binary.BigEndian.Uint32(user)
	}
	var b [4]byte
	copy(b[:], user)
	return binary.BigEndian.Uint32(b[:])
}

// heightOf returns 1 for half of all sequence numbers, 2 for a quarter, and so on up to heightMax: one plus the
// trailing zeros of a hash to which every bit of the sequence number contributes.
func heightOf(seq key.Seq) int {
	x := uint64(seq) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return 1 + bits.TrailingZeros64(x|1<<(heightMax-1))
}

// word returns the address of the link at a level. Non-atomic writes to it are allowed only while the node is
// unreachable.
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

// newNode writes a node that is not reachable yet, without its links.
func (t *Table) newNode(user []byte, tr key.Trailer, value []byte, height int) (*node, ref) {
	invariant.Check(uint64(len(user)) < entryBytes && uint64(len(value)) < entryBytes,
		"memtable: lengths fit 32 bits")
	// One byte more than needed, because no pointer may point past the end of a chunk, not even that of an empty value.
	payload := (len(user)+len(value))/wordBytes + 1
	p, r := t.arena.alloc(height + headerWords + payload)
	n := (*node)(unsafe.Add(p, height*wordBytes))
	n.trailer, n.keyLen, n.valueLen = tr, uint32(len(user)), uint32(len(value))
	copy(n.user(), user)
	copy(n.value(), value)
	return n, r + ref(height)
}
