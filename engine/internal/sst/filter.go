package sst

import (
	"encoding/binary"
	"math/bits"
)

const (
	lineBytes     = 64 // a cache line
	lineBits      = lineBytes * 8
	probesMax     = 7 // nine bits of a 64-bit hash each
	probeBits     = 9
	filterKey1    = 0xa0761d6478bd642f
	filterKey2    = 0xe7037ed1a0b428db
	bitsPerKeyMax = 64
)

// hashKey hashes a user key for the filter. It is part of the file format and must never change.
func hashKey(user []byte) uint64 {
	h := uint64(len(user)) ^ filterKey1
	for len(user) >= 8 {
		h = fold(h^binary.LittleEndian.Uint64(user), filterKey2)
		user = user[8:]
	}
	var tail uint64
	for i, c := range user {
		tail |= uint64(c) << (8 * i)
	}
	return fold(h^tail, filterKey1^filterKey2)
}

// fold multiplies to 128 bits and combines the two halves. The added constant keeps a zero from staying zero.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a+filterKey1, b)
	return high ^ low
}

// appendFilter appends the payload of a filter over keys with the given hashes. If bitsPerKey < 0 it is empty, and a
// reader assumes that every key is present.
func appendFilter(b []byte, hashes []uint64, bitsPerKey int) []byte {
	if bitsPerKey < 0 || len(hashes) == 0 {
		return b
	}
	start := len(b)
	b = append(b, make([]byte, filterBytes(len(hashes), bitsPerKey))...)
	probes := min(max(bitsPerKey*7/10, 1), probesMax) // the optimum is ln 2 probes per bit
	lines := b[start : len(b)-1]
	for _, h := range hashes {
		line, pattern := place(lines, h)
		for range probes {
			bit := pattern % lineBits
			line[bit/8] |= 1 << (bit % 8)
			pattern >>= probeBits
		}
	}
	b[len(b)-1] = byte(probes)
	return b
}

// filterBytes returns the length of a filter's payload.
func filterBytes(keys, bitsPerKey int) int {
	if bitsPerKey < 0 || keys == 0 {
		return 0
	}
	return (keys*min(bitsPerKey, bitsPerKeyMax)+lineBits-1)/lineBits*lineBytes + 1
}

// place returns the line of a hash, and the bits that select positions in it.
func place(lines []byte, h uint64) (line []byte, pattern uint64) {
	n, _ := bits.Mul64(h, uint64(len(lines)/lineBytes)) // the high bits of the hash, scaled
	return lines[n*lineBytes : n*lineBytes+lineBytes], fold(h, filterKey2)
}

// A filter is the payload of a filter block.
type filter []byte

// valid reports whether the payload has the shape of a filter.
func (f filter) valid() bool {
	if len(f) == 0 {
		return true
	}
	probes := f[len(f)-1]
	return len(f) > lineBytes && len(f)%lineBytes == 1 && probes >= 1 && probes <= probesMax
}

// mayHold returns false only if the key with this hash is not in the table.
func (f filter) mayHold(h uint64) bool {
	if len(f) == 0 {
		return true
	}
	line, pattern := place(f[:len(f)-1], h)
	for range f[len(f)-1] {
		bit := pattern % lineBits
		if line[bit/8]&(1<<(bit%8)) == 0 {
			return false
		}
		pattern >>= probeBits
	}
	return true
}
