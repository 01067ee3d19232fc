package decide

import (
	"math"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Way is how images are decided.
type Way uint8

// The ways.
const (
	Fitting    Way = iota // whichever suits the target: on demand until one of its recoveries asks something else than before
	OnDemand              // an image decides when recovery looks
	Beforehand            // all that could be seen is decided before recovery begins
	Distinct              // on demand, but nothing is asked about bytes that are the same either way
)

// Asks reports whether an image decides when recovery looks.
func (w Way) Asks() bool { return w == OnDemand || w == Distinct }

// How many answers a look may take in a search that has too many images otherwise, and in one that has to make do with few.
const (
	narrowLimit = 6
	briefLimit  = 2
)

// Narrow returns the first path of a search through a crash point that has too many images.
func (w Way) Narrow() *Path { return NewBounded(w, narrowLimit) }

// Brief returns the first path of a search that makes do with few images: nearly all looks are answered by subsets, which have no
// more than one hole, or none where there are many ops, but for some that are drawn.
func (w Way) Brief() *Path {
	p := NewBounded(w, briefLimit)
	p.brief = true
	return p
}

// limit returns how many answers one look may take.
func (w Way) limit() int {
	if w == Beforehand {
		return math.MaxInt // nobody looks but the lab, which lists the images itself
	}
	return faultfs.DefaultLimit
}

// Looks is what is known of how the recoveries of a target look at the disk. The zero value knows nothing.
type Looks struct{ vary atomic.Bool }

// Vary reports whether a recovery has asked something else than another one that saw the same.
func (l *Looks) Vary() bool { return l.vary.Load() }

// Stray notes such a recovery.
func (l *Looks) Stray() { l.vary.Store(true) }

// Way returns the way that suits the target as far as is known: Distinct or Beforehand.
func (l *Looks) Way() Way {
	if l.Vary() {
		return Beforehand
	}
	return Distinct
}

// Drawn returns an image of a crash point that a seed draws.
func (w Way) Drawn(point *faultfs.CrashPoint, seed uint64, o faultfs.ImageOptions) *faultfs.FS {
	o.Chooser = faultfs.Seeded(seed)
	img := point.Image(o)
	if w == Beforehand {
		img.Decide()
	}
	return img
}

// Settled returns the answers of an image that was decided on demand, as far as recovery has looked, for the same image
// decided beforehand: what nobody has looked at is lost.
func Settled(point *faultfs.CrashPoint, decided map[uint64]bool) []Answer {
	path := &Path{way: Beforehand, first: Known(decided), turned: -1}
	path.Image(point, faultfs.ImageOptions{})
	return path.Picks()
}

// Known is the faultfs.Chooser of an image that was decided before: by the ID of a pending op, whether the disk has it. It
// must be asked about each op separately.
type Known map[uint64]bool

// Choose answers as the image was decided.
func (k Known) Choose(_ int, about uint64) int {
	if k[about] {
		return 1
	}
	return 0
}

// KnownFrom returns the chooser of the image that answers lead to, if it is decided beforehand.
func KnownFrom(picks []Answer) Known {
	k := Known{}
	for _, a := range picks {
		k[a.About] = a.Pick == 1
	}
	return k
}
