package keytest

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Random returns n distinct entries in order. User keys come in all shapes (empty, shared prefixes, binary, many
// versions of a few keys); there are sets and deletions, with values from empty to a few hundred bytes.
func Random(rng *rand.Rand, n int) []Entry {
	entries := make([]Entry, 0, n)
	for len(entries) < n {
		seq := key.Seq(len(entries) + 1) // distinct sequence numbers make distinct entries
		e := Entry{Key: randomKey(rng, n), Trailer: key.MakeTrailer(seq, key.Delete)}
		if rng.IntN(5) > 0 {
			e.Trailer = key.MakeTrailer(seq, key.Set)
			e.Value = Bytes(rng, rng.IntN(1<<rng.IntN(9)))
		}
		entries = append(entries, e)
	}
	Sort(entries)
	return entries
}

// Bytes returns n random bytes.
func Bytes(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func randomKey(rng *rand.Rand, n int) []byte {
	switch rng.IntN(8) {
	case 0:
		return Bytes(rng, rng.IntN(6)) // short, the empty key included
	case 1:
		return Bytes(rng, 4+rng.IntN(200))
	case 2:
		return fmt.Appendf(nil, "hot-%d", rng.IntN(3)) // many versions
	case 3:
		return append([]byte("tail"), make([]byte, rng.IntN(4))...) // differ only by trailing zeros
	default:
		return fmt.Appendf(nil, "user/%08d", rng.IntN(n+1))
	}
}
