package merge_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/merge"
)

// BenchmarkNext measures one step of a merge over slices, which themselves cost next to nothing.
func BenchmarkNext(b *testing.B) {
	for _, n := range []int{2, 4, 8} {
		b.Run(fmt.Sprintf("children=%d", n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 3))
			var children []key.Iterator
			for _, part := range split(rng, keytest.Random(rng, 10_000), n) {
				children = append(children, keytest.NewIterator(part))
			}
			it := merge.New(children...)
			b.ReportAllocs()
			for b.Loop() {
				if !it.Next() {
					it.First()
				}
			}
		})
	}
}
