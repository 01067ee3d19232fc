package faultfs

import "math"

// Explore calls visit with an image of the crash point for every answer that its looks can get, and returns the number of
// images. visit must be deterministic: it must do the same with two images as long as it sees the same. If visit returns
// an error, the search ends.
//
// Every look is decided op by op, however many ops there are, so Explore is for small crash points. The chooser and the
// limit of o are not used.
func Explore(p *CrashPoint, o ImageOptions, visit func(*FS) error) (images int, err error) {
	path := &DepthFirst{}
	o.Chooser, o.Limit = path, math.MaxInt
	for {
		if err := visit(p.Image(o)); err != nil {
			return images, err
		}
		images++
		if path.Strayed() {
			return images, ErrDiverged
		}
		if !path.Next() {
			return images, nil
		}
	}
}

// DepthFirst is a Chooser that tries every answer, for one image after the other. The next image repeats the answers up to
// the last question that has an untried answer left, and takes that one. The zero value begins with the first answers.
type DepthFirst struct {
	answers  []answer
	asked    int
	diverged bool // a question differed from the one in the image before
}

type answer struct {
	given, of int
	about     uint64
}

// Choose answers as the image before was answered, and with 0 what is asked for the first time.
func (d *DepthFirst) Choose(n int, about uint64) int {
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

// Strayed reports whether the image did not ask what the one before was asked, as far as the answers are the same. What
// would have followed is not explored then.
func (d *DepthFirst) Strayed() bool { return d.diverged || d.asked < len(d.answers) }

// Next prepares the next image and reports whether there is one.
func (d *DepthFirst) Next() bool {
	d.asked, d.diverged = 0, false
	for i := len(d.answers) - 1; i >= 0; i-- {
		if d.answers[i].given++; d.answers[i].given < d.answers[i].of {
			d.answers = d.answers[:i+1]
			return true
		}
	}
	return false
}
