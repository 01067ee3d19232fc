package distinct

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Max is the number of hashes that a Set keeps.
const Max = 16384

// Set is a set of hashes, which must be evenly distributed over the 64-bit numbers. The zero value is empty.
type Set struct {
	smallest []uint64 // ascending, at most Max
}

// Add adds a hash and reports whether that changed the set. It does not if the hash was added before, or if the set has Max smaller
// ones.
func (s *Set) Add(hash uint64) (changed bool) {
	at, has := slices.BinarySearch(s.smallest, hash)
	if has || at == Max {
		return false
	}
	if len(s.smallest) == Max {
		s.smallest = s.smallest[:Max-1]
	}
	s.smallest = slices.Insert(s.smallest, at, hash)
	return true
}

// Len returns the number of hashes that were added: exactly up to Max-1, an estimate above. It never falls.
func (s *Set) Len() int {
	if len(s.smallest) < Max {
		return len(s.smallest)
	}
	return int((Max - 1) / (float64(s.smallest[Max-1]) / math.MaxUint64))
}

// Unseen returns those of some hashes that would change the set, in ascending order and each once.
func (s *Set) Unseen(hashes Hashes) (unseen Hashes) {
	all := slices.Compact(slices.Sorted(slices.Values(hashes)))
	for _, hash := range all[:min(len(all), Max)] {
		if at, has := slices.BinarySearch(s.smallest, hash); !has && at < Max {
			unseen = append(unseen, hash)
		}
	}
	return unseen
}

// Hashes are at most Max hashes. As text they are the base64 of eight bytes each, big endian.
type Hashes []uint64

// MarshalText returns the hashes as text.
func (h Hashes) MarshalText() ([]byte, error) {
	if len(h) > Max {
		return nil, fmt.Errorf("%d hashes; at most %d are allowed", len(h), Max)
	}
	packed := make([]byte, 0, hashBytes*len(h))
	for _, hash := range h {
		packed = binary.BigEndian.AppendUint64(packed, hash)
	}
	return base64.StdEncoding.AppendEncode(nil, packed), nil
}

// UnmarshalText reads what MarshalText returns.
func (h *Hashes) UnmarshalText(text []byte) error {
	if most := base64.StdEncoding.EncodedLen(hashBytes * Max); len(text) > most {
		return fmt.Errorf("hashes of %d characters; at most %d are allowed", len(text), most)
	}
	packed, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return err
	}
	if len(packed)%hashBytes != 0 {
		return fmt.Errorf("hashes of %d bytes; want a multiple of %d", len(packed), hashBytes)
	}
	*h = make(Hashes, 0, len(packed)/hashBytes)
	for ; len(packed) > 0; packed = packed[hashBytes:] {
		*h = append(*h, binary.BigEndian.Uint64(packed))
	}
	return nil
}

// hashBytes is the size of a hash.
const hashBytes = 8
