package explore

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

// endureCycles is the number of crashes in a row, each during the recovery from the one before or soon after it.
const endureCycles = 100

// endurance takes one store through many lives in a row.
type endurance struct {
	x    *explorer
	at   origin
	rng  *rand.Rand
	img  *faultfs.FS // the disk after the latest crash
	done uint64      // the tick at which the latest recovery had returned everything

	calls   calls // of the lives
	usages  usages
	visitor *visit.Visitor
	last    lastCrash // the latest crash, except the first
}

// lastCrash is the latest of several crashes in a row.
type lastCrash struct {
	img  *faultfs.FS // the life that it ended
	tick uint64
	seed uint64 // determines which pending operations it kept
	// floor is the first key that clients may have written in earlier lives.
	floor []byte
}

// newEndurance returns a store that has gone through its first crash, which is the crash point of a job.
func newEndurance(x *explorer, j *job) *endurance {
	path := decide.NewPath(x.way())
	e := &endurance{
		x: x, at: origin{job: j, point: j.point, path: path, endured: true, inARow: 1}, rng: rand.New(rand.NewPCG(j.draw, endureCycles)),
		img: path.Way().Drawn(j.point, j.draw, faultfs.ImageOptions{Callers: x.callers}),
	}
	e.visitor = visit.New(x.subject.after, j.draw)
	return e
}

// endure opens a store many times in a row, each time for a client that writes a little. In the first row, every life
// ends with a crash during recovery or soon after it. The second row starts from the same first crash, but every life
// ends with a clean close. Every recovered state must have what had to survive the first crash, and the store must not
// go on growing.
func (x *explorer) endure(j job) {
	e := newEndurance(x, &j)
	if e.row((*endurance).crash, "crashes in a row, each during recovery or soon after it", &x.tally.Cycles) {
		e = newEndurance(x, &j)
		e.row((*endurance).session, "sessions of a few writes each", &x.tally.Sessions)
	}
}

// row takes the store through a row of lives, counts them in count, and reports whether all went well. Between one life
// and the following one it calls next. If the store has grown, or its lives have made more and more calls, row runs a
// second row to see whether that goes on. told describes the row in a finding.
func (e *endurance) row(next func(*endurance) bool, told string, count *int) bool {
	if e.x.ended() || !e.live() || !e.measure(0) || !e.cycles(e.calls[:2], next, count) || !e.measure(1) {
		return false
	}
	grown, slower := e.usages.suspicious() && !e.visitor.PilesUp(), e.calls.suspicious()
	if !grown && !slower {
		return true
	}
	if !e.cycles(e.calls[2:], next, count) || !e.measure(2) {
		return false
	}
	return (!grown || e.judgeUsages(told)) && (!slower || e.judgeCalls(told))
}

// measure records the disk usage after the first life, after the first row, or after the second, and reports whether
// that was possible.
func (e *endurance) measure(i int) bool {
	var err error
	e.usages[i], err = remains.UsageOf(e.img, record.StoreDir)
	return err == nil
}

// cycles takes the store through endureCycles lives and adds up the filesystem calls of each half.
func (e *endurance) cycles(halves []int, next func(*endurance) bool, count *int) bool {
	for cycle := range endureCycles {
		if e.x.ended() || !next(e) {
			return false
		}
		earlier := len(e.img.Trace())
		if !e.live() {
			return false
		}
		halves[2*cycle/endureCycles] += len(e.img.Trace()) - earlier
		*count++
	}
	return true
}

// live recovers the current image, lets a client write, judges what was recovered, and reports whether all went well. The
// keys of clients in earlier lives sort after all others and are not judged.
func (e *endurance) live() bool {
	var failed error
	state, err := e.x.recover(recovery.Call{Image: e.img, Live: func(store workloads.Store, _ *history.State) {
		e.done = e.img.Now()
		failed = e.visitor.Visit(store, history.NewRecorder(&history.Clock{}))
	}}, attempt{e.img, e.at, e.at.path})
	e.x.count(e.img)
	e.x.tally.Nested++
	if err == nil && failed != nil {
		e.x.failSecond(e.img, e.at, failed)
		return false
	}
	e.visitor.Forget(state)
	return e.x.accept(e.img, e.at, state, err)
}

// crash cuts the power at a random operation of the latest life that changes the disk, and reports whether there was one.
// Every other time on average, it is an operation of the recovery if there is one.
func (e *endurance) crash() bool {
	var ticks []uint64
	recovering := 0
	for _, op := range e.img.Trace() {
		if !op.Changes() {
			continue
		}
		ticks = append(ticks, op.Tick)
		if op.Tick <= e.done {
			recovering++
		}
	}
	if recovering > 0 && e.rng.IntN(2) == 0 {
		ticks = ticks[:recovering]
	}
	if len(ticks) == 0 {
		return false // a life that changes nothing cannot make the store grow
	}
	e.last = lastCrash{img: e.img, tick: ticks[e.rng.IntN(len(ticks))]}
	e.last.seed, e.last.floor = e.rng.Uint64(), e.visitor.Floor()
	e.at.inARow++
	e.at.point = e.last.point(e.x.plan.Model, e.last.tick)
	e.img = e.at.path.Way().Drawn(e.at.point, e.last.seed, faultfs.ImageOptions{Callers: e.x.callers})
	return true
}

// point returns the crash point at a tick of the life that the crash ended.
func (c *lastCrash) point(model faultfs.Model, tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(c.img, model, tick).Advance(tick)
}

// next starts the next life of a failure that was found after crashes or sessions, and reports whether there is one.
func (e *endurance) next(f *Failure) bool {
	if e.at.inARow < f.Crashes {
		return e.crash()
	}
	return e.session()
}

// session starts the next life from the store as the last one closed it.
func (e *endurance) session() bool {
	e.at.sessions++
	return true
}

// judgeUsages records a failure if the store goes on growing, and reports whether it does not.
func (e *endurance) judgeUsages(told string) bool {
	first, last := e.usages[0], e.usages[2]
	switch {
	case e.usages.leaksFiles():
		return e.accuse("leaks files", told, "the store has %d files; after one life it had %d", last.Files, first.Files)
	case e.usages.leaksBytes():
		return e.accuse("leaks bytes", told, "the store takes %d bytes; after one life it took %d", last.Bytes, first.Bytes)
	}
	return true
}

// judgeCalls records a failure if the filesystem calls of the lives go on growing, and reports whether they do not.
func (e *endurance) judgeCalls(told string) bool {
	if !e.calls.goOnGrowing() {
		return true
	}
	return e.accuse("recovers ever longer", told, "the last %d lives made %d filesystem calls that change the disk; the %d before, %d",
		endureCycles/2, e.calls[3], endureCycles/2, e.calls[2])
}

// accuse records a failure of a store that goes on growing. The words of its sentence must stay: saved findings have IDs made from
// them (see HasID).
func (e *endurance) accuse(class, told, format string, args ...any) bool {
	check := "crashes"
	if e.at.sessions > 0 {
		check = "sessions"
	}
	sentence := fmt.Sprintf("after %d %s, ", 2*endureCycles, told) + fmt.Sprintf(format, args...)
	e.x.fail(e.img, e.at, growthJudge, checker.Violation{Class: class, Check: check, Sentence: sentence})
	return false
}
