package explore

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// repeatEach says that one of so many images is recovered twice. The search assumes that a recovery that sees the same
// does the same; where it does not, images may have been missed.
const repeatEach = 20

// shown returns a hash of the state that a recovery showed, if the image is to be recovered twice; otherwise 0.
func (x *explorer) shown(state *history.State, err error, at origin) uint64 {
	tick, leaf := at.job.draw, at.leaf
	if at.nested != nil {
		tick, leaf = tick<<32|at.nested.Tick, at.nested.Leaf
	}
	if err != nil || plan.Mix(tick, uint64(leaf)+repeatEach)%repeatEach != 0 {
		return 0
	}
	return state.Hash(x.shared.seed) | 1
}

// repeat recovers an image once more, with the same answers. The store has to show the same and to ask the same of the
// disk. If it does not, this image differs from the one that was judged, but a crash can leave it, so judge is called
// with it.
func (x *explorer) repeat(
	point *faultfs.CrashPoint, first recovery.Call, a attempt, shown uint64,
	judge func(img *faultfs.FS, path *searchPath, state *history.State, err error),
) {
	path := a.path.again()
	img := point.Image(faultfs.ImageOptions{Chooser: path})
	path.begin(img.Now)
	state, err := x.recover(recovery.Call{Image: img, Probe: first.Probe}, attempt{a.img, a.at, path})
	x.tally.Repeated++
	if err == nil && !path.diverged && state.Hash(x.shared.seed)|1 == shown &&
		slices.EqualFunc(first.Image.Trace(), img.Trace(), sameCall) {
		return
	}
	x.tally.Divergences++
	x.gaps, x.strayed = true, true
	judge(img, path, state, err)
}

// sameCall compares two calls. What is written may differ: some engines note the time.
func sameCall(a, b faultfs.Op) bool {
	return a.Kind == b.Kind && a.Path == b.Path && a.To == b.To && a.Off == b.Off && a.Size == b.Size
}
