package history

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
)

// State holds all pairs of a store in key order, as read by one scan. Pairs are contiguous in one buffer, so that
// states are compared and hashed at memory speed. The zero value is an empty store.
type State struct {
	buf   []byte
	pairs int
}

// Append adds a pair and copies both slices. Keys must be in ascending order. The buffer doubles when it is full: most
// states are read into a buffer that was used before, and the first ones should not be copied many times.
func (s *State) Append(key, value []byte) {
	if need := len(s.buf) + 8 + len(key) + len(value); need > cap(s.buf) {
		s.buf = slices.Grow(s.buf, max(need, 2*cap(s.buf))-len(s.buf))
	}
	s.buf = binary.LittleEndian.AppendUint32(s.buf, uint32(len(key)))
	s.buf = binary.LittleEndian.AppendUint32(s.buf, uint32(len(value)))
	s.buf = append(s.buf, key...)
	s.buf = append(s.buf, value...)
	s.pairs++
}

// Reset empties the state but keeps its memory.
func (s *State) Reset() { s.buf, s.pairs = s.buf[:0], 0 }

// Len returns the number of pairs.
func (s *State) Len() int { return s.pairs }

// Bytes returns the size of the encoded state in bytes.
func (s *State) Bytes() int { return len(s.buf) }

// Clone returns an independent copy.
func (s *State) Clone() *State { return &State{buf: bytes.Clone(s.buf), pairs: s.pairs} }

// Assign makes s a copy of o, reusing the memory of s.
func (s *State) Assign(o *State) { s.buf, s.pairs = append(s.buf[:0], o.buf...), o.pairs }

// Equal reports whether both states hold the same pairs.
func (s *State) Equal(o *State) bool { return s.pairs == o.pairs && bytes.Equal(s.buf, o.buf) }

// Past returns the pairs of s after those of base, if s begins with exactly the pairs of base. The result shares memory
// with s.
func (s *State) Past(base *State) (rest *State, ok bool) {
	if !bytes.HasPrefix(s.buf, base.buf) {
		return nil, false
	}
	return &State{buf: s.buf[len(base.buf):], pairs: s.pairs - base.pairs}, true
}

// CutAt drops all pairs with keys greater than or equal to key.
func (s *State) CutAt(key []byte) {
	size, pairs := 0, 0
	for k, v := range s.All() {
		if bytes.Compare(k, key) >= 0 {
			break
		}
		size, pairs = size+8+len(k)+len(v), pairs+1
	}
	s.buf, s.pairs = s.buf[:size], pairs
}

// Hash returns a hash of all pairs, which depends on seed.
func (s *State) Hash(seed maphash.Seed) uint64 { return maphash.Bytes(seed, s.buf) }

// All yields the pairs in key order. The slices point into the state: the caller must not change them.
func (s *State) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for rest := s.buf; len(rest) > 0; {
			k := binary.LittleEndian.Uint32(rest)
			v := binary.LittleEndian.Uint32(rest[4:])
			pair := rest[8 : 8+k+v]
			if !yield(pair[:k:k], pair[k:]) {
				return
			}
			rest = rest[8+k+v:]
		}
	}
}
