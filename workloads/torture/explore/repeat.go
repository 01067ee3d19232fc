package explore

import (
	"math"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// repeatEach: one in this many images is recovered twice. The search assumes that two recoveries that see the same bytes do
// the same; if that is wrong, it may have missed images.
const repeatEach = 20

// NotDeterministic is the class of violations in which a store shows two different contents for one disk.
// KindNotDeterministic is the kind of these failures.
const (
	NotDeterministic     = "recovery is not deterministic"
	KindNotDeterministic = "recovery/" + NotDeterministic
)

// repeats returns how often to recover an image again. If that is not 0, it also keeps the state that the image showed, in
// x.shown.
func (x *explorer) repeats(state *history.State, err error, at origin) int {
	if err != nil {
		return 0
	}
	n := x.shared.req.Repeat
	if n == 0 {
		tick, leaf := at.job.draw, at.leaf
		if at.nested != nil {
			tick, leaf = tick<<32|at.nested.Tick, at.nested.Leaf
		}
		if plan.Mix(tick, uint64(leaf)+repeatEach)%repeatEach != 0 {
			return 0
		}
		n = 1
	}
	x.shown.Assign(state)
	return n
}

// repeat recovers an image once more with the same answers. The store must show the same state and make the same calls. If
// it diverges, it has seen a different image, one that the crash could have left too: that image is judged by calling judge,
// and the disk that the first recovery saw is recovered again (see onceMore).
func (x *explorer) repeat(
	point *faultfs.CrashPoint, first recovery.Call, a attempt,
	judge func(img *faultfs.FS, path *decide.Path, state *history.State, err error),
) *checker.Violation {
	if x.ended() {
		return nil
	}
	path := a.path.Again()
	img := path.Image(point, faultfs.ImageOptions{})
	state, err := x.recover(recovery.Call{Image: img, Probe: first.Probe}, attempt{a.img, a.at, path})
	x.tally.Repeated++
	same := err == nil && state.Equal(&x.shown)
	if same && (path.Way() == decide.Beforehand || !path.Diverged() && slices.EqualFunc(first.Image.Trace(), img.Trace(), sameCall)) {
		return nil // an image decided beforehand is the same in whatever order goroutines read it
	}
	if same || path.Diverged() {
		x.diverged()
	} else {
		x.tally.Divergences++
	}
	x.gaps, x.strayed = true, true
	if err == nil && !same && !path.Diverged() && !x.subject.Target.RecoveryVaries {
		return notDeterministic(&x.shown, state)
	}
	judge(img, path, state, err)
	return x.onceMore(point, first, a)
}

// onceMore recovers an image again with the same decisions about each operation, in whatever order the engine looks at them
// this time. It returns a violation if the store shows a state other than x.shown.
func (x *explorer) onceMore(point *faultfs.CrashPoint, first recovery.Call, a attempt) *checker.Violation {
	if x.ended() || x.subject.Target.RecoveryVaries {
		return nil
	}
	img := point.Image(faultfs.ImageOptions{Chooser: decide.Known(first.Image.Decided()), Limit: math.MaxInt})
	state, err := x.recover(recovery.Call{Image: img, Probe: first.Probe}, a)
	x.tally.Repeated++
	if err != nil || state.Equal(&x.shown) {
		return nil
	}
	x.gaps, x.strayed = true, true
	return notDeterministic(&x.shown, state)
}

// How often a rejected image is recovered again, and after how many rejected images that showed the same each time an
// explorer stops doing so.
const (
	doubtEach = 2
	maxDoubts = 4
)

// waver recovers an image once more that a judge has rejected. If the store now shows a different state, the violation
// is that recovery is not deterministic: what the judge rejected does not show every time on the same disk. Otherwise
// waver returns nil, and the judge's verdict stands.
func (x *explorer) waver(point *faultfs.CrashPoint, first recovery.Call, a attempt, state *history.State) *checker.Violation {
	if x.doubts == maxDoubts {
		return nil
	}
	x.doubts++
	x.shown.Assign(state)
	for range doubtEach {
		if v := x.onceMore(point, first, a); v != nil {
			x.doubts = 0
			return v
		}
	}
	return nil
}

// notDeterministic returns the violation of a store that shows two contents for one disk.
func notDeterministic(first, second *history.State) *checker.Violation {
	return &checker.Violation{
		Class: NotDeterministic, Evidence: []string{differences(first, second)},
		Sentence: "one and the same disk was recovered twice, and the store showed two different contents",
	}
}

// sameCall compares two calls, except for the bytes that they write: some engines write the time.
func sameCall(a, b faultfs.Op) bool {
	return a.Kind == b.Kind && a.Path == b.Path && a.To == b.To && a.Off == b.Off && a.Size == b.Size
}
