package explore

import (
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// do explores the crash point of a job, or starts a row of crashes there.
func (x *explorer) do(j job) {
	begin := time.Now()
	defer func() { x.tally.Spent.Total += time.Since(begin) }()
	if x.subject.Running != nil {
		x.subject.Running(x.slot, x.plan.Spec, j.point.Tick)
	}
	x.current = current{owed: j.owed}
	if x.ended() {
		return
	}
	if j.endure {
		x.endure(j)
		return
	}
	x.point(j)
}

// point explores one crash point: on demand as long as recoveries repeat their questions, beforehand otherwise.
func (x *explorer) point(j job) {
	way, found := x.way(), explored{}
	if way.Asks() {
		found = x.onDemand(&j, way)
		if found.cut && !x.ended() {
			way, x.gaps, x.strayed = decide.Beforehand, false, false
		}
	}
	if way == decide.Beforehand {
		found = x.beforehand(&j)
	}
	if !found.cut {
		if x.strayed {
			found.class = Sampled
		}
		x.countPoint(&j, way, found.class)
	}
}

// The minimum number of damaged images of a crash point. Most crash points have several images, each damaged in a different
// place, but a closed store has only one, which is damaged this often.
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
func (x *explorer) countPoint(j *job, way decide.Way, class Class) {
	x.tally.Points++
	if j.point.Pending() > 0 {
		x.tally.AtStake++
	}
	for _, goal := range x.shared.situations[j.point.Tick] {
		x.reached[goal]++
	}
	x.subject.Shapes.Add(x.subject.shapes()[j.point.Tick])
	x.shared.req.Progress.Points.Add(1)
	claims := Claims{Points: 1}
	switch class {
	case Exhaustive:
		claims.Exhaustive = 1
		if x.shared.req.Nest == 1 && !x.gaps {
			claims.Deep = 1
		}
		x.tally.Widest = max(x.tally.Widest, j.point.Pending())
	case Bounded0:
		claims.Bounded, claims.NoHole = 1, 1
	case Bounded1:
		claims.Bounded = 1
	case Bounded2:
		claims.Bounded, claims.TwoHoles = 1, 1
	case Rotten:
		x.tally.RottenPoints++
	case Sampled:
		x.tally.Sampled++
	}
	x.tally.claim(claims)
	if way.Asks() {
		x.tally.OnDemand.Add(claims)
	}
}

// image takes one crash image through everything that is done to images: recovery and the judges, then, if it passes and is
// chosen for them, an audit, further recoveries of the same image, recoveries with faults, and a second life that is crashed
// in turn; lives counts the second lives of the crash point. The image is img, or if that is nil the one to which the path
// leads.
func (x *explorer) image(j *job, at origin, img *faultfs.FS, lives *int) *faultfs.FS {
	x.rot(&at)
	if img == nil {
		begin := time.Now()
		img = at.path.Image(at.point, faultfs.ImageOptions{})
		x.tally.Spent.Making += time.Since(begin)
	}
	call, a := recovery.Call{Image: img, Probe: recovery.ProbeSeed(j.draw)}, attempt{img, at, at.path}
	state, err := x.recover(call, a)
	x.count(img)
	x.sawOn(at.path, state, err)
	repeats := x.repeats(state, err, at)
	accepted := x.accept(img, at, state, err)
	at.judged = x.verdicts.kept
	if !x.ended() && (accepted || at.damage != nil) {
		x.audit(at.point, j.point, at)
	}
	if accepted {
		x.remember(at)
	}
	if !accepted || x.ended() {
		x.gaps = true
		return img
	}
	if x.repeatImage(repeats, call, a) {
		x.recoverFaulty(at.point, img, at)
		x.nestIfChosen(at, lives)
	}
	return img
}

// rot damages the crash point of an image if the plan says so and something there can be damaged.
func (x *explorer) rot(at *origin) {
	at.point = at.job.point
	if !x.plan.Fault.Rot {
		return
	}
	if rotten, damage, ok := at.point.Rot(x.plan.Rules[0].Clone(), plan.Mix(at.job.draw, uint64(at.leaf))); ok {
		at.point, at.damage = rotten, &damage
		x.tally.Rotted++
	}
}

// repeatImage recovers an accepted image some more times and reports whether that went as the first recovery did.
func (x *explorer) repeatImage(times int, first recovery.Call, a attempt) bool {
	for range times {
		v := x.repeat(a.at.point, first, a, func(img *faultfs.FS, path *decide.Path, state *history.State, err error) {
			other := a.at
			other.point, other.path = nil, path
			x.accept(img, other, state, err)
		})
		if v != nil {
			x.fail(a.img, a.at, "recovery", *v)
			return false
		}
	}
	return true
}

// nestIfChosen crashes a recovery of an accepted image in turn if the image is chosen for that and the crash point may have
// more such recoveries.
func (x *explorer) nestIfChosen(at origin, lives *int) {
	req := x.shared.req
	switch {
	case x.plan.Model.Device.IgnoreFlush > 0, x.ended():
		x.gaps = true // a second life could make nothing durable, or time is up
	case at.damage != nil || plan.Mix(at.job.draw, uint64(at.leaf))%uint64(req.Nest) != 0:
	case *lives == req.Lives, *lives >= owedLives && x.late():
		x.gaps = true
	default:
		*lives++
		x.nest(at)
	}
}
