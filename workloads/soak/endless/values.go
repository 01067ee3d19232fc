package endless

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// keyOf returns the key with a number.
func keyOf(n int) []byte { return fmt.Appendf(nil, "key%09d", n) }

// numberOf returns the number of a key, or false if keyOf did not make it.
func numberOf(key []byte, keys int) (int, bool) {
	if len(key) != len("key")+9 || string(key[:3]) != "key" {
		return 0, false
	}
	n, err := strconv.Atoi(string(key[3:]))
	return n, err == nil && n >= 0 && n < keys
}

// Sizes of values. One in largeShare is large enough for engines that store large values separately.
const (
	valueHeader = 16
	smallValue  = 1000
	largeValue  = 20_000
	largeShare  = 100
	meanValue   = smallValue/2 + largeValue/2/largeShare
)

// valueOf returns the value that a commit writes to a key: both numbers, then bytes derived from them, half of them compressible.
func valueOf(key int, commit uint64) []byte {
	rng := rand.NewPCG(uint64(key), commit)
	draw := rng.Uint64()
	length := int(draw>>32) % smallValue
	if draw%largeShare == 0 {
		length = int(draw>>32) % largeValue
	}
	v := make([]byte, valueHeader, valueHeader+length+8)
	binary.BigEndian.PutUint64(v, uint64(key))
	binary.BigEndian.PutUint64(v[8:], commit)
	for len(v) < valueHeader+length {
		v = binary.BigEndian.AppendUint64(v, rng.Uint64()&0xffffffff) // four bytes of eight are zeros
	}
	return v[:valueHeader+length]
}

// commitOf returns the commit that a value claims to be from.
func commitOf(value []byte) (uint64, bool) {
	if len(value) < valueHeader {
		return 0, false
	}
	return binary.BigEndian.Uint64(value[8:]), true
}
