package explore

import "github.com/lightningdb/lightning-torture/workloads/torture/decide"

// Class says how completely the images of a crash point were explored.
type Class uint8

// The classes. A bounded crash point is one at which some look met so many undecided operations that not every subset of them
// could be tried. What was tried there instead is every subset up to a number of holes (see package decide): all that a disk
// leaves that keeps the order of these operations, but for one or two of them, or for none where the crash point had to make do
// with few images (see feeder.brief). Left out are subsets between two that were tried
// and have shown the same, as those behind the first hole do to a recovery that reads in order and stops there. Where one
// recovery has several such looks, they were varied one at a time.
const (
	Sampled    Class = iota
	Exhaustive       // every image that recovery can tell apart
	Bounded0         // every one that keeps the order of the operations at each look
	Bounded1         // every one with up to one hole at each look
	Bounded2         // every one with up to two holes at each look
	Rotten           // all images are damaged, each in a place that was drawn
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

// boundedTimes is how many times as many images a bounded crash point may have as another.
const boundedTimes = 2
