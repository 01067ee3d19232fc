package decide

import (
	"hash/maphash"
	"iter"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Lister lists the images of crash points, decided beforehand.
type Lister struct{ digester *faultfs.Digester }

// NewLister returns a Lister. Listers with the same seed compute the same digests.
func NewLister(seed maphash.Seed) *Lister { return &Lister{faultfs.NewDigester(seed)} }

// Decided is a completely decided image that has not been recovered yet.
type Decided struct {
	Path   *Path
	Image  *faultfs.FS
	Digest uint64 // of the disk; see faultfs.Digester
}

// Limits on the number of images of one crash point: for a list of all of them, and for a sample. More images than that
// are examined, because many turn out to be equal.
const (
	wholeMost      = 128
	wholeExamined  = 4 * wholeMost
	sampleMost     = 64
	sampleExamined = 3 // for each image that is wanted
)

// List returns up to most images of a crash point, no two of which read the same, and reports whether these are all. The
// first image has lost as much as possible.
func (l *Lister) List(point *faultfs.CrashPoint, seed uint64, most int) (images iter.Seq[Decided], all bool) {
	if whole, all := l.whole(point, min(most, wholeMost)); all {
		return slices.Values(whole), true
	}
	return l.sample(point, seed, min(most, sampleMost)), false
}

// whole returns all images; it gives up if there are more than most.
func (l *Lister) whole(point *faultfs.CrashPoint, most int) (images []Decided, all bool) {
	path, seen := NewPath(Beforehand), map[uint64]bool{}
	for range wholeExamined {
		if d := l.decide(point, path); !seen[d.Digest] {
			if len(images) == most {
				return nil, false
			}
			seen[d.Digest] = true
			d.Path = path.Again()
			d.Path.pos = len(d.Path.steps)
			images = append(images, d)
		}
		if !path.Next() {
			return images, true
		}
	}
	return nil, false
}

// sample returns up to most different images, drawn by seed.
func (l *Lister) sample(point *faultfs.CrashPoint, seed uint64, most int) iter.Seq[Decided] {
	return func(yield func(Decided) bool) {
		seen := map[uint64]bool{}
		for _, chooser := range point.Sample(seed, sampleExamined*most) {
			if len(seen) == most {
				return
			}
			d := l.decide(point, &Path{way: Beforehand, first: chooser, turned: -1})
			if seen[d.Digest] {
				continue
			}
			if seen[d.Digest] = true; !yield(d) {
				return
			}
		}
	}
}

func (l *Lister) decide(point *faultfs.CrashPoint, path *Path) Decided {
	img := path.Image(point, faultfs.ImageOptions{})
	return Decided{Path: path, Image: img, Digest: l.digester.Digest(img)}
}
