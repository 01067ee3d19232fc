package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Sizes of what is stored, in bytes.
const (
	keyBytes   = 16
	valueBytes = 100
	entryBytes = keyBytes + valueBytes
)

// missing is added to an index to get a key that lies between others but is never written.
const missing = 1 << 40

// mix is a permutation of the 64-bit numbers without any visible order (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// putKey writes the key of entry i. The keys of successive i are in random order.
func putKey(dst []byte, i uint64) {
	binary.BigEndian.PutUint64(dst, mix(i))
	binary.BigEndian.PutUint64(dst[8:], mix(^i))
}

// putValue writes a value of entry i: the index, the version, and incompressible bytes derived from both.
func putValue(dst []byte, i, version uint64) {
	binary.LittleEndian.PutUint64(dst, i)
	binary.LittleEndian.PutUint64(dst[8:], version)
	state := mix(i) ^ mix(^version)
	at := 16
	for ; at+8 <= valueBytes; at += 8 {
		state = mix(state)
		binary.LittleEndian.PutUint64(dst[at:], state)
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(mix(state)))
}

// checkValue returns ErrWrong unless value was made by putValue for entry i. want is scratch space.
func checkValue(value, want []byte, i uint64) error {
	if len(value) == valueBytes {
		putValue(want, i, binary.LittleEndian.Uint64(value[8:]))
		if bytes.Equal(value, want) {
			return nil
		}
	}
	return fmt.Errorf("%w: entry %d has the value %x, which nobody wrote", ErrWrong, i, value)
}

// checkEntry returns ErrWrong unless key and value are those of the same entry, whose index it takes from the value.
func checkEntry(key, value, wantKey, wantValue []byte) error {
	if len(value) != valueBytes {
		return fmt.Errorf("%w: key %x has a value of %d bytes, want %d", ErrWrong, key, len(value), valueBytes)
	}
	i := binary.LittleEndian.Uint64(value)
	if putKey(wantKey, i); !bytes.Equal(key, wantKey) {
		return fmt.Errorf("%w: key %x has the value of entry %d, whose key is %x", ErrWrong, key, i, wantKey)
	}
	return checkValue(value, wantValue, i)
}

// shuffled visits 0..n-1 repeatedly, in a fixed pseudo-random order.
type shuffled struct{ n, stride uint64 }

func newShuffled(n int) shuffled {
	s := shuffled{uint64(n), 2654435761}
	for gcd(s.n, s.stride%s.n) != 1 && s.n > 1 {
		s.stride += 2
	}
	return s
}

func (s shuffled) at(i int) uint64 { return uint64(i) * s.stride % s.n }

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
