package explore

import (
	"slices"
	"sync"
)

// searchPath is the path of a depth-first search through the images of one crash point: what was asked, and what was answered.
// It is the faultfs.Chooser of one image after the other.
type searchPath struct {
	steps    []Answer
	pos      int
	turned   int           // the step at which this path departs from the one before; -1 for the first path
	diverged bool          // a question differed from the one that the path before was asked there
	now      func() uint64 // the image's own time
	mu       sync.Mutex    // held while the engine asks
	frozen   bool          // an engine that hangs may still ask: nothing changes any more
}

// Answer is one question with its answer.
type Answer struct {
	N     int    `json:"n"`     // how many answers there were
	Pick  int    `json:"pick"`  // the one that was taken
	About uint64 `json:"about"` // identifies the question
	tick  uint64 // the image's time when it was asked
}

func newPath() *searchPath { return &searchPath{turned: -1} }

// pathOf returns a path that leads to a known image.
func pathOf(picks []Answer) *searchPath { return &searchPath{steps: slices.Clone(picks), turned: -1} }

// walked returns the path of a known image as it is once the image has been recovered.
func walked(picks []Answer) *searchPath {
	return &searchPath{steps: picks, pos: len(picks), turned: -1}
}

// again returns a path with the same answers, for another copy of the same image.
func (p *searchPath) again() *searchPath { return &searchPath{steps: p.picks(), turned: p.turned} }

// Choose answers as the path says, and takes the first alternative of every question that is new.
func (p *searchPath) Choose(n int, about uint64) int {
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
			s.N, s.About, s.Pick = n, about, min(s.Pick, n-1)
		}
		return s.Pick
	}
	p.steps = append(p.steps, Answer{N: n, About: about, tick: p.now()})
	p.pos++
	return 0
}

// begin readies the path for the next image.
func (p *searchPath) begin(now func() uint64) { p.pos, p.diverged, p.now = 0, false, now }

// freeze keeps the path as it is, whatever an engine that hangs goes on to ask.
func (p *searchPath) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

// strayed reports whether the image did not repeat its path: it asked something else, or never came to the answer that
// was new in this path. What would have followed is not explored.
func (p *searchPath) strayed() bool { return p.diverged || p.pos <= p.turned }

// next moves to the next untried path and reports whether there is one.
func (p *searchPath) next() bool {
	p.steps = p.steps[:p.pos]
	for i := len(p.steps) - 1; i >= 0; i-- {
		if s := &p.steps[i]; s.Pick+1 < s.N {
			s.Pick++
			p.steps, p.turned = p.steps[:i+1], i
			return true
		}
	}
	return false
}

// fresh returns the image's time at which this path departed from the one before: what happened earlier is not new.
func (p *searchPath) fresh() uint64 {
	if p.turned < 0 {
		return 0
	}
	return p.steps[p.turned].tick
}

// picks returns a copy of the path, to be kept as evidence.
func (p *searchPath) picks() []Answer { return append([]Answer(nil), p.steps[:p.pos]...) }
