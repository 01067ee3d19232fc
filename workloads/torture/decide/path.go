package decide

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Path is a position in the depth-first search through the images of one crash point: the questions that were asked and
// the answers given. It serves as the faultfs.Chooser of one image after another. Image rewinds it; recovery then replays
// the known answers and, past their end, takes the first alternative of each new question. Next advances the last answer
// that has an untried alternative and drops the answers after it, because the questions that follow may be different ones.
type Path struct {
	way      Way
	first    faultfs.Chooser // answers new questions; nil: take the first alternative
	steps    []Answer
	pos      int
	turned   int           // the step at which this path departs from the previous one; -1 for the first path
	diverged bool          // a question differed from the one that the previous path was asked at that step
	now      func() uint64 // the image's own time
	mu       sync.Mutex    // held while the engine asks
	frozen   bool          // the engine hangs and may go on asking: nothing changes any more

	bounded bool              // looks that would need too many answers are answered by subsets; see wideLook
	brief   bool              // only few subsets are tried; see briefOps
	limit   int               // looks with more answers than this are answered by subsets
	wide    map[int]*wideLook // by step
	bound   int               // the smallest bound of a finished look; 0: none was answered by subsets
	short   bool              // some look had too many ops even for subsets
}

// Answer is one question with its answer.
type Answer struct {
	N     int    `json:"n"`     // number of possible answers
	Pick  int    `json:"pick"`  // the answer taken, counted from 0
	About uint64 `json:"about"` // identifies the question
	// Ops is the number of pending operations decided at once; Pick then numbers the subset. 0: Pick is an answer to Choose.
	Ops   int    `json:"ops,omitempty"`
	Limit int    `json:"limit,omitempty"` // if Ops is not 0: the path's limit on the answers to one look
	tick  uint64 // the image's time when it was asked
}

// NewPath returns the first path of a search, which takes the first alternative of every question. Looks that would need
// too many answers are answered by the family of subsets of package faultfs, which is a sample.
func NewPath(way Way) *Path { return &Path{way: way, limit: way.limit(), turned: -1} }

// NewBounded is like NewPath, but a look that would need more than limit answers is answered by all subsets with few holes
// in turn (see wide.go). The caller must call Saw after each image. A limit of 0 means the default.
func NewBounded(way Way, limit int) *Path {
	p := NewPath(way)
	p.bounded, p.limit, p.wide = true, cmp.Or(limit, p.limit), map[int]*wideLook{}
	return p
}

// PathTo returns the path with the given answers.
func PathTo(picks []Answer, way Way) *Path {
	p := NewPath(way)
	p.steps = slices.Clone(picks)
	for _, a := range picks {
		p.limit = cmp.Or(a.Limit, p.limit)
	}
	return p
}

// Walked is like PathTo, but the path is in the state that it has after its image was recovered.
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

// Image returns the image of a crash point to which the path leads, and rewinds the path. An image decided beforehand asks
// all of its questions here and none later. The Chooser, Limit and Distinct of o are overridden.
func (p *Path) Image(point *faultfs.CrashPoint, o faultfs.ImageOptions) *faultfs.FS {
	o.Chooser, o.Limit, o.Distinct = p, p.limit, p.way == Distinct
	img := point.Image(o)
	p.pos, p.diverged, p.now = 0, false, img.Now
	if p.way == Beforehand {
		img.Decide()
	}
	return img
}

// Choose implements faultfs.Chooser: it replays the answers of the path, and takes the first alternative of every new
// question. If a question differs from the recorded one, the path has diverged, and the recorded answer is adapted.
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

// Freeze makes the path ignore further questions. It is for an engine that hangs, whose goroutines may go on asking.
func (p *Path) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

// Diverged reports whether recovery asked a different question than before, although it had received the same answers.
func (p *Path) Diverged() bool { return p.diverged }

// Strayed reports whether recovery did not repeat its path: it diverged, or ended before it reached the answer that is new
// in this path. The subtree that should have followed is then not explored.
func (p *Path) Strayed() bool { return p.diverged || p.pos <= p.turned }

// Next moves to the next untried path, depth first, and reports whether there is one.
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

// Fresh returns the image's time at which this path departed from the previous one. What recovery did earlier, it did on
// the previous path as well.
func (p *Path) Fresh() uint64 {
	if p.turned < 0 {
		return 0
	}
	return p.steps[p.turned].tick
}

// Picks returns a copy of the answers that the current image was asked for.
func (p *Path) Picks() []Answer { return append([]Answer(nil), p.steps[:p.pos]...) }

// Seen returns the image to which the path leads. Unlike Image, it leaves everything that recovery does not look at
// undecided, even if the path was decided beforehand.
func (p *Path) Seen(point *faultfs.CrashPoint) *faultfs.FS {
	if p.way == Beforehand {
		return point.Image(faultfs.ImageOptions{Chooser: knownFrom(p.steps), Limit: math.MaxInt})
	}
	return p.Image(point, faultfs.ImageOptions{})
}
