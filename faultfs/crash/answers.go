package crash

import (
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/model"
)

// undecided returns those of the given ops that are undecided. The slice is valid until the next call.
func (im *Image) undecided(indexes []int) []int {
	open := im.open[:0]
	for _, i := range indexes {
		if im.fates[i] == model.Undecided {
			open = append(open, i)
		}
	}
	im.open = open
	return open
}

// tooMany reports whether the open ops, given oldest first, have more closed subsets than the limit allows: 2 to the
// power of the limit. Ops that are independent of each other double that number with each op. But of a chain in which
// each op follows the previous one, such as appends to one sector or the sequence of MetadataInOrder, the disk can have
// only a prefix, so a chain of n ops multiplies the number by n+1.
func (im *Image) tooMany(open []int) bool {
	if len(open) <= im.limit {
		return false
	}
	ends, ordered := slices.Grow(im.chains[:0], len(open))[:len(open)], 0 // by position: length of the chain that ends there
	for k, i := range open {
		ends[k] = 0
		if im.point.pending[i].place == inOrder {
			ordered++
			continue
		}
		length := 1
		for _, j := range im.index.needs.of(i) {
			if at, isOpen := slices.BinarySearch(open[:k], int(j)); isOpen && ends[at] > 0 {
				length += ends[at]
				ends[at] = 0
				break
			}
		}
		ends[k] = length
	}
	im.chains = ends
	answers := math.Log2(float64(1 + ordered))
	for _, length := range ends {
		if length > 0 {
			answers += math.Log2(float64(1 + length))
		}
	}
	return answers > float64(im.limit)
}
