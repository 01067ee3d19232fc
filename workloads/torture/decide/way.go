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
	Fitting    Way = iota // whichever suits the target: Distinct until one of its recoveries does not repeat its questions
	OnDemand              // an operation is decided when recovery looks
	Beforehand            // everything that can be seen is decided before recovery begins
	Distinct              // on demand, but without asking about operations that do not change what the look returns
)

// Asks reports whether operations are decided when recovery looks.
func (w Way) Asks() bool { return w == OnDemand || w == Distinct }

// How many answers a look may need before it is answered by subsets: in a search that had too many images with the default
// limit, and in one that is allowed few images.
const (
	narrowLimit = 6
	briefLimit  = 2
)

// Narrow returns the first path of a search through a crash point that had too many images with the default limit.
func (w Way) Narrow() *Path { return NewBounded(w, narrowLimit) }

// Brief returns the first path of a search with few images. Nearly all looks are answered by subsets: those with up to one
// hole, or only the prefixes if there are more than briefOps ops, and a few drawn at random.
func (w Way) Brief() *Path {
	p := NewBounded(w, briefLimit)
	p.brief = true
	return p
}

// limit returns the default number of answers that one look may need before it is answered by subsets.
func (w Way) limit() int {
	if w == Beforehand {
		return math.MaxInt // the lab itself asks every question, one operation at a time
	}
	return faultfs.DefaultLimit
}

// Looks records whether the recoveries of a target repeat their looks at the disk. The zero value assumes that they do.
type Looks struct{ vary atomic.Bool }

// Vary reports whether some recovery asked something different from another one that had received the same answers.
func (l *Looks) Vary() bool { return l.vary.Load() }

// Stray records such a recovery.
func (l *Looks) Stray() { l.vary.Store(true) }

// Way returns the way that suits the target: Distinct, or Beforehand if its looks vary.
func (l *Looks) Way() Way {
	if l.Vary() {
		return Beforehand
	}
	return Distinct
}

// Drawn returns an image of a crash point, drawn at random by seed.
func (w Way) Drawn(point *faultfs.CrashPoint, seed uint64, o faultfs.ImageOptions) *faultfs.FS {
	o.Chooser = faultfs.Seeded(seed)
	img := point.Image(o)
	if w == Beforehand {
		img.Decide()
	}
	return img
}

// Settled converts an image that was decided on demand to one decided beforehand, and returns its answers. decided has the
// operations that recovery looked at; all others are lost.
func Settled(point *faultfs.CrashPoint, decided map[uint64]bool) []Answer {
	path := &Path{way: Beforehand, first: Known(decided), turned: -1}
	path.Image(point, faultfs.ImageOptions{})
	return path.Picks()
}

// Known is the faultfs.Chooser of an image that was decided earlier. It maps the ID of a pending operation to whether the
// disk has it; operations that it does not list are lost. Each question must be about a single operation.
type Known map[uint64]bool

// Choose returns 1 if the disk has the operation, and 0 otherwise.
func (k Known) Choose(_ int, about uint64) int {
	if k[about] {
		return 1
	}
	return 0
}

// knownFrom returns the chooser for the answers of an image decided beforehand.
func knownFrom(picks []Answer) Known {
	k := Known{}
	for _, a := range picks {
		k[a.About] = a.Pick == 1
	}
	return k
}
