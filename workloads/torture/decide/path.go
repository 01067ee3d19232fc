package decide

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Path is the path of a depth-first search through the images of one crash point: what was asked, and what was answered.
// It is the faultfs.Chooser of one image after the other.
type Path struct {
	way      Way
	first    faultfs.Chooser // answers questions that are new; nil: the first alternative is taken
	steps    []Answer
	pos      int
	turned   int           // the step at which this path departs from the one before; -1 for the first path
	diverged bool          // a question differed from the one that the path before was asked there
	now      func() uint64 // the image's own time
	mu       sync.Mutex    // held while the engine asks
	frozen   bool          // an engine that hangs may still ask: nothing changes any more

	bounded bool              // looks that would take too many answers are answered by subsets; see wideLook
	brief   bool              // few subsets are tried; see briefOps
	limit   int               // how many answers are too many
	wide    map[int]*wideLook // by step
	bound   int               // the least bound of a look that is done; 0: none was answered by subsets
	short   bool              // some look had more ops than that
}

// Answer is one question with its answer.
type Answer struct {
	N     int    `json:"n"`     // how many answers there were
	Pick  int    `json:"pick"`  // the one that was taken
	About uint64 `json:"about"` // identifies the question
	// Ops is how many ops were decided at once, as the subset that Pick numbers; 0: Pick is an answer to Choose.
	Ops   int    `json:"ops,omitempty"`
	Limit int    `json:"limit,omitempty"` // if Ops is not 0: how many answers were too many on this path
	tick  uint64 // the image's time when it was asked
}

// NewPath returns the first path of a search: it takes the first alternative of every question. Looks that would take too many
// answers are answered by a family of subsets, which is a sample.
func NewPath(way Way) *Path { return &Path{way: way, limit: way.limit(), turned: -1} }

// NewBounded is NewPath, but looks that would take more than so many answers are answered by all subsets with few holes. Whoever
// searches has to call Saw after each image. limit 0 stands for the usual one.
func NewBounded(way Way, limit int) *Path {
	p := NewPath(way)
	p.bounded, p.limit, p.wide = true, cmp.Or(limit, p.limit), map[int]*wideLook{}
	return p
}

// PathTo returns a path that leads to a known image.
func PathTo(picks []Answer, way Way) *Path {
	p := NewPath(way)
	p.steps = slices.Clone(picks)
	for _, a := range picks {
		p.limit = cmp.Or(a.Limit, p.limit)
	}
	return p
}

// Walked returns the path of a known image as it is once the image has been recovered.
func Walked(picks []Answer, way Way) *Path {
	p := PathTo(picks, way)
	p.pos = len(picks)
	return p
}

// Again returns a path with the same answers, for another copy of the same image.
func (p *Path) Again() *Path {
	return &Path{way: p.way, limit: p.limit, steps: p.Picks(), turned: p.turned}
}

// Way returns how the images on the path are decided: OnDemand or Beforehand.
func (p *Path) Way() Way { return p.way }

// Image returns the image of a crash point that the path leads to. Where it is decided beforehand, it asks nothing any more.
// The chooser and the limit of o are not used.
func (p *Path) Image(point *faultfs.CrashPoint, o faultfs.ImageOptions) *faultfs.FS {
	o.Chooser, o.Limit, o.Distinct = p, p.limit, p.way == Distinct
	img := point.Image(o)
	p.pos, p.diverged, p.now = 0, false, img.Now
	if p.way == Beforehand {
		img.Decide()
	}
	return img
}

// Choose answers as the path says, and takes the first alternative of every question that is new.
func (p *Path) Choose(n int, about uint64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frozen {
		return 0
	}
	if p.pos < len(p.steps) {
		s := &p.steps[p.pos]
		p.pos++
		if s.N != n || s.About != about {
			p.diverged = true
			s.N, s.About, s.Pick, s.Ops = n, about, min(s.Pick, n-1), 0
		}
		return s.Pick
	}
	pick := 0
	if p.first != nil {
		pick = p.first.Choose(n, about)
	}
	p.steps = append(p.steps, Answer{N: n, Pick: pick, About: about, tick: p.now()})
	p.pos++
	return pick
}

// Freeze keeps the path as it is, whatever an engine that hangs goes on to ask.
func (p *Path) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

// Diverged reports whether the image was asked something else than the one before where both had come the same way.
func (p *Path) Diverged() bool { return p.diverged }

// Strayed reports whether the image did not repeat its path: it asked something else, or never came to the answer that
// was new in this path. What would have followed is not explored.
func (p *Path) Strayed() bool { return p.diverged || p.pos <= p.turned }

// Next moves to the next untried path and reports whether there is one.
func (p *Path) Next() bool {
	p.steps = p.steps[:p.pos]
	for i := len(p.steps) - 1; i >= 0; i-- {
		s := &p.steps[i]
		next, more := s.Pick+1, s.Pick+1 < s.N
		if w := p.wide[i]; w != nil {
			if next, more = w.next(s.Pick); !more {
				p.bound = min(cmp.Or(p.bound, TwoHoles), w.bound())
				delete(p.wide, i)
			}
		}
		if more {
			s.Pick = next
			p.steps, p.turned = p.steps[:i+1], i
			return true
		}
	}
	return false
}

// Fresh returns the image's time at which this path departed from the one before: what happened earlier is not new.
func (p *Path) Fresh() uint64 {
	if p.turned < 0 {
		return 0
	}
	return p.steps[p.turned].tick
}

// Picks returns a copy of the path, to be kept as evidence.
func (p *Path) Picks() []Answer { return append([]Answer(nil), p.steps[:p.pos]...) }

// Seen returns the image of a crash point that the path leads to, of which only that is decided in the end which recovery
// looked at.
func (p *Path) Seen(point *faultfs.CrashPoint) *faultfs.FS {
	if p.way == Beforehand {
		return point.Image(faultfs.ImageOptions{Chooser: KnownFrom(p.steps), Limit: math.MaxInt})
	}
	return p.Image(point, faultfs.ImageOptions{})
}
