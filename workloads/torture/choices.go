package torture

import (
	"slices"
	"sync"
)

// choices is the path of a depth-first search through the images of one crash point: what was asked, and what was
// answered. It is the faultfs.Chooser of one image after the other.
type choices struct {
	steps    []choice
	pos      int
	turned   int           // the step at which this path parts from the one before; -1 for the first path
	diverged bool          // a question was not the one that the path before was asked there
	now      func() uint64 // the image's own time
	mu       sync.Mutex    // held while the engine asks
	left     bool          // to an engine that hangs: nothing changes any more
}

// choice is one question with its answer.
type choice struct {
	N     int    `json:"n"`
	Pick  int    `json:"pick"`
	About uint64 `json:"about"`
	tick  uint64 // of the image, when it was asked
}

func newChoices() *choices { return &choices{turned: -1} }

// alongside returns the path of an image that was found before.
func alongside(picks []choice) *choices { return &choices{steps: slices.Clone(picks), turned: -1} }

// Choose answers as the path says, and takes the first alternative of every question that is new.
func (c *choices) Choose(n int, about uint64) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left {
		return 0
	}
	if c.pos < len(c.steps) {
		s := &c.steps[c.pos]
		c.pos++
		if s.N != n || s.About != about {
			c.diverged = true
			s.N, s.About, s.Pick = n, about, min(s.Pick, n-1)
		}
		return s.Pick
	}
	c.steps = append(c.steps, choice{N: n, About: about, tick: c.now()})
	c.pos++
	return 0
}

// begin readies the path for the next image.
func (c *choices) begin(now func() uint64) { c.pos, c.diverged, c.now = 0, false, now }

// leave gives the path up to an engine that hangs and may go on to ask. It stays as it is.
func (c *choices) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = true
}

// strayed reports whether the image did not repeat its path: it asked something else, or never came to the answer that
// was new about it. What lies behind either is not explored.
func (c *choices) strayed() bool { return c.diverged || c.pos <= c.turned }

// next moves to the next untried path and reports whether there is one.
func (c *choices) next() bool {
	c.steps = c.steps[:c.pos]
	for i := len(c.steps) - 1; i >= 0; i-- {
		if s := &c.steps[i]; s.Pick+1 < s.N {
			s.Pick++
			c.steps, c.turned = c.steps[:i+1], i
			return true
		}
	}
	return false
}

// fresh returns the image's time at which this path parted from the one before: what happened earlier is not new.
func (c *choices) fresh() uint64 {
	if c.turned < 0 {
		return 0
	}
	return c.steps[c.turned].tick
}

// picks returns a copy of the path, to be kept as evidence.
func (c *choices) picks() []choice { return append([]choice(nil), c.steps[:c.pos]...) }
