package faultfs

import "math"

// Explore calls visit with an image of the crash point for every answer that its looks can get, and returns the number of
// images. visit must be deterministic: it must do the same with two images as long as it sees the same. If visit returns
// an error, the search ends.
//
// Every look is decided op by op, however many ops there are, so Explore is for small crash points. The chooser and the
// limit of o are not used.
func Explore(p *CrashPoint, o ImageOptions, visit func(*FS) error) (images int, err error) {
	path := &depthFirst{}
	o.Chooser, o.Limit = path, math.MaxInt
	for {
		if err := visit(p.Image(o)); err != nil {
			return images, err
		}
		images++
		if path.diverged || path.asked < len(path.answers) {
			return images, ErrDiverged
		}
		if !path.next() {
			return images, nil
		}
	}
}

// depthFirst is a Chooser that tries every answer. The next image repeats the answers up to the last question that has an
// untried answer left, and takes that one.
type depthFirst struct {
	answers  []answer
	asked    int
	diverged bool // a question differed from the one in the image before
}

type answer struct {
	given, of int
	about     uint64
}

func (d *depthFirst) Choose(n int, about uint64) int {
	if d.asked == len(d.answers) {
		d.answers = append(d.answers, answer{0, n, about})
	}
	a := d.answers[d.asked]
	d.asked++
	if a.of != n || a.about != about {
		d.diverged = true
		return 0
	}
	return a.given
}

// next prepares the next image and reports whether there is one.
func (d *depthFirst) next() bool {
	d.asked = 0
	for i := len(d.answers) - 1; i >= 0; i-- {
		if d.answers[i].given++; d.answers[i].given < d.answers[i].of {
			d.answers = d.answers[:i+1]
			return true
		}
	}
	return false
}
