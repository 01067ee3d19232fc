package explore

// Class says how completely the images of a crash point were explored.
type Class uint8

// The classes. A bounded crash point is one at which some look met so many undecided operations that not every subset of them
// could be tried. What was tried there instead is every subset up to a number of holes (see package decide): all that a disk
// leaves that keeps the order of these operations, but for one or two of them. Left out are subsets between two that were tried
// and have shown the same, as those behind the first hole do to a recovery that reads in order and stops there. Where one
// recovery has several such looks, they were varied one at a time.
const (
	Sampled    Class = iota
	Exhaustive       // every image that recovery can tell apart
	Bounded1         // every one with up to one hole at each look
	Bounded2         // every one with up to two holes at each look
	Rotten           // all images are damaged, each in a place that was drawn
)

func classOf(bound int) Class {
	switch bound {
	case 0:
		return Exhaustive
	case 1:
		return Bounded1
	}
	return Bounded2
}

// boundedTimes is how many times as many images a bounded crash point may have as another.
const boundedTimes = 2
