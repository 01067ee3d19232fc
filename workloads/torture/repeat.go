package torture

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// repeatEach is how many images there are to one whose recovery is repeated. The search takes it for granted that a
// recovery which sees the same does the same; where it does not, images may have been missed.
const repeatEach = 20

// shown returns a hash of the state that the latest recovery showed, if that recovery is to be repeated, and otherwise 0.
func (w *worker) shown(err error, at way) uint64 {
	tick, leaf := at.job.draw, at.leaf
	if at.nested != nil {
		tick, leaf = tick<<32|at.nested.Tick, at.nested.Leaf
	}
	if err != nil || mix(tick, uint64(leaf)+repeatEach)%repeatEach != 0 {
		return 0
	}
	return w.prober.state.Hash(w.seed) | 1
}

// repeat recovers an image once more, by the same answers. The store has to show the same and to ask the same of the disk.
// If it does not, the image is none that was judged, but one that a crash can leave: judge is asked about it.
func (w *worker) repeat(
	point *faultfs.CrashPoint, first recovery, about inside, shown uint64, judge func(img *faultfs.FS, path *choices, err error),
) {
	path := &choices{steps: about.path.picks(), turned: about.path.turned}
	img := point.Image(faultfs.ImageOptions{Chooser: path})
	path.begin(img.Now)
	err := w.recover(recovery{img: img, probe: first.probe}, inside{about.img, about.at, path})
	w.tally.repeated++
	if err == nil && !path.diverged && w.prober.state.Hash(w.seed)|1 == shown &&
		slices.EqualFunc(first.img.Trace(), img.Trace(), sameAsked) {
		return
	}
	w.tally.divergences++
	w.gaps, w.strayed = true, true
	judge(img, path, err)
}

// sameAsked compares two calls. What is written may differ: some engines note the time.
func sameAsked(a, b faultfs.Op) bool {
	return a.Kind == b.Kind && a.Path == b.Path && a.To == b.To && a.Off == b.Off && a.Size == b.Size
}
