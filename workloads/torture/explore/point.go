package explore

import (
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// do does a job: it explores a crash point, or crashes its recovery again and again.
func (x *explorer) do(j job) {
	begin := time.Now()
	defer func() { x.tally.Spent.Total += time.Since(begin) }()
	if x.subject.Running != nil {
		x.subject.Running(x.slot, x.plan.Spec, j.point.Tick)
	}
	x.owed = j.owed
	if x.ended() {
		return
	}
	if j.endure {
		x.endure(j)
		return
	}
	x.point(j)
}

// point explores one crash point depth first, through every answer to the questions that recovery asks.
func (x *explorer) point(j job) {
	req := x.shared.req
	x.gaps, x.strayed = false, false
	path, sampled, leaf, lives := newPath(), false, 0, 0
	if req.Only != nil {
		path, leaf = pathOf(req.Only.Picks), req.Only.Leaf
	}
	for more := true; more; leaf++ {
		if x.ended() {
			return
		}
		if req.Only == nil && (leaf == req.Images || leaf >= OwedImages && x.late()) {
			sampled = true
			break
		}
		img := x.image(&j, origin{job: &j, path: path, leaf: leaf}, &lives)
		sampled = sampled || img.Sampled()
		switch {
		case x.plan.Fault.Rot:
			sampled = true // data rots in another place in every image, so the images of a crash point are not one search
		case path.strayed():
			sampled = true
			x.tally.Divergences++
		}
		if more = path.next() && req.Only == nil; !more && req.Only == nil && leaf+1 < x.damages(&j) {
			path, more = newPath(), true
		}
	}
	x.countPoint(&j, sampled || x.strayed)
}

// How often something rots at a crash point, at least: most crash points leave several images, each with other damage, but
// there is only one of a store that was closed.
const (
	damagesMin      = 4
	damagesOfClosed = 64
)

func (x *explorer) damages(j *job) int {
	switch {
	case !x.plan.Fault.Rot:
		return 0
	case x.subject.Recording.ClosedAt(j.point.Tick):
		return damagesOfClosed
	default:
		return damagesMin
	}
}

// countPoint counts an explored crash point.
func (x *explorer) countPoint(j *job, sampled bool) {
	x.tally.Points++
	if j.point.Pending() > 0 {
		x.tally.AtStake++
	}
	for _, goal := range x.shared.situations[j.point.Tick] {
		x.reached[goal]++
	}
	x.shared.req.Progress.Points.Add(1)
	if sampled {
		x.tally.Sampled++
		return
	}
	x.tally.Exhaustive++
	if x.shared.req.Nest == 1 && !x.gaps {
		x.tally.Deep++
	}
	x.tally.Widest = max(x.tally.Widest, j.point.Pending())
}

// image recovers one crash image, judges it, and crashes its recovery if that is due; lives counts how often it was.
func (x *explorer) image(j *job, at origin, lives *int) *faultfs.FS {
	req, point := x.shared.req, j.point
	if x.plan.Fault.Rot {
		if rotten, damage, ok := point.Rot(x.plan.Rules[0].Clone(), plan.Mix(j.draw, uint64(at.leaf))); ok {
			point, at.damage = rotten, &damage
			x.tally.Rotted++
		}
	}
	at.point = point
	begin := time.Now()
	img := point.Image(faultfs.ImageOptions{Chooser: at.path})
	x.tally.Spent.Making += time.Since(begin)
	at.path.begin(img.Now)
	call, a := recovery.Call{Image: img, Probe: recovery.ProbeSeed(j.draw)}, attempt{img, at, at.path}
	state, err := x.recover(call, a)
	x.count(img)
	repeats := x.repeats(state, err, at)
	accepted := x.accept(img, at, state, err)
	at.judged = x.verdicts.kept
	if !x.ended() && (accepted || at.damage != nil) {
		x.audit(point, j.point, at)
	}
	if !accepted {
		x.gaps = true
		return img
	}
	if x.ended() {
		x.gaps = true
		return img
	}
	for range repeats {
		if v := x.repeat(point, call, a, func(img *faultfs.FS, path *searchPath, state *history.State, err error) {
			other := at
			other.point, other.path = nil, path
			x.accept(img, other, state, err)
		}); v != nil {
			x.fail(img, at, "recovery", *v)
			return img
		}
	}
	x.recoverFaulty(point, img, at)
	switch {
	case x.plan.Model.Device.IgnoreFlush > 0, x.ended():
		x.gaps = true // nothing that a second life does is ever durable, or there is no time for one
	case at.damage != nil || plan.Mix(j.draw, uint64(at.leaf))%uint64(req.Nest) != 0:
	case *lives == req.Lives, *lives >= owedLives && x.late():
		x.gaps = true
	default:
		*lives++
		x.nest(at)
	}
	return img
}
