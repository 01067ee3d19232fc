package faultfs

import "math"

// Explore calls visit with an image of the crash point for every combination of answers to its observations, and
// returns the number of images. visit must be deterministic: as long as two images show it the same data, it must do
// the same with both. The search ends if visit returns an error.
//
// Every observation is decided op by op, however many ops there are, so Explore is for small crash points. The Chooser
// and Limit of o are ignored.
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

// DepthFirst is a Chooser that tries every answer, over a series of images. Each image repeats the answers of the
// previous one up to the last question with an untried answer, and takes that answer. The zero value starts with the
// first answers.
type DepthFirst struct {
	answers  []answer
	asked    int
	diverged bool // a question differed from that of the previous image
}

type answer struct {
	given, of int
	about     uint64
}

// Choose repeats the answer of the previous image. It answers 0 to a question that is asked for the first time.
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

// Strayed reports whether this image led to different questions than the previous one although the answers until then
// were the same. The images below the old question then remain unexplored.
func (d *DepthFirst) Strayed() bool { return d.diverged || d.asked < len(d.answers) }

// Next prepares for the next image and reports whether there is one.
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
