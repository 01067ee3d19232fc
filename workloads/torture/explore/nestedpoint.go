package explore

import (
	"cmp"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// secondCrash is one crash of a second life.
type secondCrash struct {
	*secondLife
	at    origin // of the first image
	point *faultfs.CrashPoint
	cut   history.Cut
	judge judgeOfSecond
	known map[secondDisk]bool // disks that the judge has accepted
}

// secondDisk is a disk left by a crash of a second life, with everything else that its verdict depends on.
type secondDisk struct {
	digest uint64
	cut    history.Cut
	opened bool // the recovery had returned before the crash
}

func (s *secondLife) crashAt(at origin, point *faultfs.CrashPoint, judge judgeOfSecond, known map[secondDisk]bool) *secondCrash {
	return &secondCrash{secondLife: s, at: at, point: point, cut: s.cuts.At(point.Tick), judge: judge, known: known}
}

// whileOpening reports whether the recovery had not returned yet when the power was cut.
func (c *secondCrash) whileOpening() bool { return c.point.Tick <= c.opened }

// crashSecond explores one crash of the second life. Its images are decided in the same way as the first image.
func (x *explorer) crashSecond(c *secondCrash) {
	only := x.shared.req.Only
	way := c.at.path.Way()
	switch {
	case only != nil && only.Nested != nil:
		x.imageOfSecond(c, decide.PathTo(only.Nested.Picks, way), only.Nested.Leaf, nil)
	case way == decide.Beforehand:
		x.beforehandSecond(c)
	default:
		x.onDemandSecond(c)
	}
}

// mostNested returns the maximum number of images of one crash of a second life.
func (x *explorer) mostNested() int {
	if x.shared.req.Whole {
		return MaxImages
	}
	return nestedImages
}

func (x *explorer) onDemandSecond(c *secondCrash) {
	path := decide.NewPath(c.at.path.Way())
	for leaf, more := 0, true; more; leaf++ {
		if x.ended() || leaf == x.mostNested() {
			x.gaps = true
			return
		}
		img := x.imageOfSecond(c, path, leaf, nil)
		if img == nil {
			return
		}
		x.gaps = x.gaps || img.Sampled()
		if path.Strayed() {
			x.gaps = true
			x.diverged()
		}
		more = path.Next()
	}
}

func (x *explorer) beforehandSecond(c *secondCrash) {
	images, all := x.lister.List(c.point, plan.Mix(c.at.job.draw, c.point.Tick), x.mostNested())
	x.gaps = x.gaps || !all
	leaf := 0
	for d := range images {
		if x.ended() {
			x.gaps = true
			return
		}
		if disk := (secondDisk{d.Digest, c.cut, !c.whileOpening()}); !c.known[disk] {
			if x.imageOfSecond(c, d.Path, leaf, d.Image) == nil {
				return
			}
			c.known[disk] = true
		}
		leaf++
	}
}

// imageOfSecond recovers and judges one image of a crash of the second life. It returns the image, or nil if something was
// wrong. img is the image if it is made already.
func (x *explorer) imageOfSecond(c *secondCrash, path *decide.Path, leaf int, img *faultfs.FS) *faultfs.FS {
	if img == nil {
		img = path.Image(c.point, faultfs.ImageOptions{})
	}
	deep := c.at
	deep.nested = &NestedImage{Tick: c.point.Tick, Leaf: leaf}
	call, a := recovery.Call{Image: img}, attempt{c.img, deep, path}
	state, err := x.recover(call, a)
	repeats := x.repeats(state, err, deep)
	x.tally.Nested++
	x.count(img)
	deep.nested.Picks = path.Picks()
	if v := c.judge(c, state, err); v != nil {
		if err == nil {
			v = cmp.Or(x.waver(c.point, call, a, state), v)
		}
		x.fail(c.img, deep, "recovery", *v) // c.img and not img: a finding shows what the first crash left
		return nil
	}
	if len(img.Trace()) > 0 { // otherwise recovery changed nothing
		if v := x.prober.CheckFiles(img); v != nil {
			x.fail(c.img, deep, "files", *v)
			return nil
		}
	}
	for range repeats {
		v := x.repeat(c.point, call, a, func(_ *faultfs.FS, path *decide.Path, state *history.State, err error) {
			deep.nested.Picks = path.Picks()
			if v := c.judge(c, state, err); v != nil {
				x.fail(c.img, deep, "recovery", *v)
			}
		})
		if v != nil {
			x.fail(c.img, deep, "recovery", *v)
			return nil
		}
	}
	return img
}
