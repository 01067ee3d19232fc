package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/decide"

// Class says how completely the images of a crash point were explored.
type Class uint8

// The classes. A crash point is bounded if some look found so many undecided operations that not every subset of them
// could be tried. Instead, every subset with few holes was tried. A hole is an operation that is lost although a later
// one is kept; a disk that keeps the order of the operations leaves none (see package decide). The limit on holes was
// two or one, or zero if the crash point was allowed only few images (see feeder.brief). A subset with two holes is
// left out if it lies between two subsets that were tried and showed the same; for a recovery that reads in order and
// stops at the first hole, that is every such subset. If a recovery has several such looks, they were varied one at a
// time.
//
// What a class claims: no image of an Exhaustive crash point fails. At a Bounded one, no image with up to the given
// number of holes at one look fails, provided that recovery does not distinguish holes by their number. At Sampled and
// Rotten ones, nothing is claimed about images that were not recovered.
const (
	Sampled    Class = iota // some of the images
	Exhaustive              // every image that recovery can tell apart
	Bounded0                // every image that keeps the order of the operations at each look
	Bounded1                // every image with up to one hole at each look
	Bounded2                // every image with up to two holes at each look
	Rotten                  // all images are damaged, each in a place drawn at random
)

func classOf(bound int) Class {
	switch bound {
	case 0:
		return Exhaustive
	case decide.NoHole:
		return Bounded0
	case decide.OneHole:
		return Bounded1
	}
	return Bounded2
}

// boundedTimes is the factor by which a bounded crash point may have more images than others.
const boundedTimes = 2
