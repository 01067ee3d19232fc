package disk

import (
	"bytes"
	"hash/maphash"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Images of different crash points are used by different goroutines and share pages.
func TestAForkedContentChangesOnlyItsOwnPages(t *testing.T) {
	base := &Content{}
	base.WriteAt([]byte("base"), 0)
	shared := base.pages[0]
	fork := base.Fork()
	fork.WriteAt([]byte("F"), 0)
	own := fork.pages[0]
	fork.WriteAt([]byte("G"), 0)
	copiedOnce, untouched := own == fork.pages[0], shared.owner == base // require.Same would print whole pages
	require.True(t, copiedOnce)
	require.True(t, untouched, "the page of the other content is unchanged")
	require.Equal(t, "base", string(shared.b[:4]))
	require.Equal(t, "Gase", string(own.b[:4]))
}

// A content on top of other bytes behaves like one that was written with them.
func TestAContentOnTopOfOtherBytes(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		first := make([]byte, rng.IntN(4*PageBytes))
		for i := range first {
			first[i] = byte(1 + rng.IntN(255))
		}
		want := &Content{}
		want.WriteAt(first, 0)
		got := Below(bytes.NewReader(first), int64(len(first)))
		for range 12 {
			off, n := int64(rng.IntN(5*PageBytes)), rng.IntN(2*PageBytes)
			for _, c := range []*Content{want, got} {
				switch rand.New(rand.NewPCG(seed, uint64(off))).IntN(4) {
				case 0, 1:
					c.WriteAt(bytes.Repeat([]byte{byte(n)}, n), off)
				case 2:
					c.SetSize(off)
				case 3:
					c.Allocate(off)
				}
			}
			if rng.IntN(3) == 0 {
				want, got = want.Fork(), got.Fork()
			}
			require.Equal(t, want.Size(), got.Size())
			a, b := make([]byte, 6*PageBytes), make([]byte, 6*PageBytes)
			from := int64(rng.IntN(2 * PageBytes))
			require.Equal(t, want.ReadAt(a, from), got.ReadAt(b, from))
			require.True(t, bytes.Equal(a, b))
			require.Equal(t, want.Pages(), got.Pages())
			require.Equal(t, want.Hole(off), got.Hole(off))
			require.Equal(t, want.Hash(hashSeed), got.Hash(hashSeed))
		}
	}
}

var hashSeed = maphash.MakeSeed()

func TestTheBytesBelowMustBeReadable(t *testing.T) {
	c := Below(bytes.NewReader([]byte("short")), 6)
	require.Panics(t, func() { c.ReadAt(make([]byte, 6), 0) })
}
