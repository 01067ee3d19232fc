package explore

import (
	"errors"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

// A disk that has just lost power is more likely to fail than any other. So some images are recovered once more on a disk
// on which a call fails: with an error, a short read, no room. The store may refuse to open, but must not open with less
// than it promised. Then the disk is healthy again, and the store must open in the same process, go on, and survive
// another crash.
//
// That is done with the first image of one of so many crash points, so that all parts of the run are met, and with one of so
// many other images. Rules that a user has named, and that hit nothing in the run, have more.
const (
	faultyPointEach = 2
	faultyImageEach = 64
	unhitImageEach  = 8
)

// reopenEach is how many such recoveries there are to one without a fault: what a store does when it is opened again in the same
// process need not depend on one.
const reopenEach = 8

// maxFaulty bounds how many faults are tried on one image if all are.
const maxFaulty = 512

// recoverFaulty recovers an image again on a disk that fails, if it is its turn. The image was recovered before, on healthy,
// and what it showed was accepted. If the rules of the run have hit nothing while it was recorded, they are what fails.
func (x *explorer) recoverFaulty(point *faultfs.CrashPoint, healthy *faultfs.FS, at origin) {
	if x.ended() || x.plan.Fault.Rot || x.plan.Model.Device.IgnoreFlush > 0 {
		return // the store may refuse the disk, or lose anything
	}
	req, draw := x.shared.req, plan.Mix(at.job.draw, uint64(at.leaf)^faultyImageEach)
	each := uint64(faultyImageEach)
	if at.leaf == 0 {
		each = faultyPointEach
	}
	if req.ReopenAll || req.wants(ReopeningJudge) || draw%(each*reopenEach) == 0 {
		x.reopen(point, at)
	}
	all := req.wants(FaultyJudge)
	if len(x.unhit) > 0 {
		if all || at.leaf == 0 || draw%unhitImageEach == 0 {
			x.recoverWith(point, at, RecoveryFault{}, x.unhit)
		}
		return
	}
	faults := plan.NewRecoveryFaults(healthy)
	inject := func(number uint64) {
		if rule := faults.Rule(number); rule != nil {
			x.recoverWith(point, at, RecoveryFault{Number: number}, []*faultfs.Rule{rule})
		}
	}
	switch {
	case faults.Count() == 0:
	case req.RecoveryFault > 0:
		inject(req.RecoveryFault)
	case all:
		for number := uint64(1); number <= min(faults.Count(), maxFaulty) && !x.ended(); number++ {
			inject(number)
		}
	case draw%each == 0:
		inject(faults.Draw(draw))
	}
}

// recoverWith recovers an image with a fault, once more without it, and once more after a crash. A failure is the fault's
// only if the same calls without it do not fail, however often; otherwise it is one of a store that was opened again.
func (x *explorer) recoverWith(point *faultfs.CrashPoint, at origin, fault RecoveryFault, rules []*faultfs.Rule) {
	var texts []string
	for _, r := range rules {
		texts = append(texts, r.String())
	}
	fault.Rule = strings.Join(texts, ", ")
	at.fault = &fault
	seen := x.try(point, at, rules)
	if fault.Op != nil {
		x.tally.Faulty++
		if fault.Number == 0 {
			x.tally.Hit++
		}
	}
	if !seen.failed() {
		return
	}
	owed := x.owed
	x.owed = true // what was seen must not get lost because the time is over
	defer func() { x.owed = owed }()
	for range x.controls(seen) {
		if !x.reopen(point, at) || x.ended() {
			return
		}
	}
	x.keepAll(seen)
}

// newControls is how often a recovery has to go well without a fault before the fault is blamed for a failure that is new. Some
// engines fail now and then, whatever the disk does: with goroutines, or with what is left in memory of earlier recoveries.
const newControls = 16

// controls returns how many recoveries without a fault are compared with one that has failed.
func (x *explorer) controls(seen *trial) int {
	for _, f := range seen.failures {
		if x.failures[f.Fingerprint()] == nil {
			return newControls
		}
	}
	return 1
}

// reopen recovers an image, opens the store again in the same process, and recovers it after another crash: all that is done
// with a fault, but without one. It reports whether all was well.
func (x *explorer) reopen(point *faultfs.CrashPoint, at origin) bool {
	at.fault, at.reopened = nil, true
	seen := x.try(point, at, nil)
	x.keepAll(seen)
	return !seen.failed()
}

// try goes through a recovery with rules, or without, and what follows, and returns what failed.
func (x *explorer) try(point *faultfs.CrashPoint, at origin, rules []*faultfs.Rule) *trial {
	path := at.path.Again()
	return x.tryOn(path.Image(point, faultfs.ImageOptions{Callers: x.callers}), path, at, rules)
}

// tryOn is try with an image whose questions a path answers.
func (x *explorer) tryOn(img *faultfs.FS, path *decide.Path, at origin, rules []*faultfs.Rule) *trial {
	seen := &trial{}
	at.point, at.trial = nil, seen // NB: the same disk may well show something else the second time
	f := &faultyRecovery{x: x, at: at, img: img, path: path, visitor: visit.New(x.subject.after, at.job.draw)}
	_ = f.failing(rules) && !x.ended() && f.healed() && !x.ended() && f.crashed()
	return seen
}

// faultyRecovery is a recovery during which calls may fail, and what follows.
type faultyRecovery struct {
	x    *explorer
	at   origin
	img  *faultfs.FS
	path *decide.Path // answers the questions of img; after the fault they may differ from those of at.path

	visitor *visit.Visitor
}

// stage is a part of such a recovery, as sentences begin that tell of it: with a fault, which is named in between, and without.
type stage struct{ faulty, then, without string }

var (
	stageFailing = stage{"during a recovery", "", "recovered a second time"}
	stageHealed  = stage{"opened again on a healthy disk after a recovery", "", "opened again in the same process after its recovery"}
	stageCrashed = stage{
		"after a recovery", ", another without a fault, and a crash", "after a recovery, another opening in the same process, and a crash",
	}
)

// failing recovers while rules are in force, and reports whether all was well. Errors are excused once a call has
// failed, and so are files that could not be removed.
func (f *faultyRecovery) failing(rules []*faultfs.Rule) bool {
	f.at.stage = stageFailing
	f.img.SetRules(plan.Fresh(rules)...)
	state, err := f.recover(recovery.Call{Image: f.img, Probe: recovery.ProbeSeed(f.at.job.draw)})
	f.at.fault.note(f.img)
	var stopped *record.Stopped
	switch {
	case err == nil || f.at.fault == nil || f.at.fault.Op == nil || !plainError(err):
		return f.x.acceptState(f.img, f.at, state, err)
	case errors.As(err, &stopped), !f.x.subject.Target.Promises.FailedOpenReleases:
		f.img = f.killed()
	default:
		if v := recovery.CheckOpen(f.img); v != nil {
			f.x.fail(f.img, f.at, "files", *v)
			return false
		}
	}
	return true
}

// killed returns what the process leaves if it ends now: all that it saw, and neither locks nor open files.
func (f *faultyRecovery) killed() *faultfs.FS {
	model := faultfs.Model{Profile: faultfs.LoseNone(), Device: f.x.plan.Model.Device}
	end := faultfs.NewTimeline(f.img, model, f.img.Now()).Advance(f.img.Now())
	return f.path.Way().Drawn(end, f.at.fault.Number, faultfs.ImageOptions{})
}

// healed opens the store once more in the same process, now that no call fails any more, and lets a client write.
func (f *faultyRecovery) healed() bool {
	f.img.SetRules()
	f.at.stage = stageHealed
	var failed error
	state, err := f.recover(recovery.Call{Image: f.img, Live: func(store workloads.Store, _ *history.State) {
		failed = f.visitor.Visit(store, history.NewRecorder(&history.Clock{}))
	}})
	if err == nil && failed != nil {
		f.x.failSecond(f.img, f.at, failed)
		return false
	}
	return f.x.accept(f.img, f.at, state, err)
}

// crashed cuts power after all that, and recovers a last time. What the client wrote sorts after everything else and is
// not judged.
func (f *faultyRecovery) crashed() bool {
	crash := faultfs.NewTimeline(f.img, f.x.plan.Model, f.img.Now()).Advance(f.img.Now())
	var number uint64
	if f.at.fault != nil {
		number = f.at.fault.Number
	}
	f.img = f.path.Way().Drawn(crash, plan.Mix(f.at.job.draw, number), faultfs.ImageOptions{})
	f.at.stage = stageCrashed
	state, err := f.recover(recovery.Call{Image: f.img})
	f.visitor.Forget(state)
	return f.x.accept(f.img, f.at, state, err)
}

func (f *faultyRecovery) recover(c recovery.Call) (*history.State, error) {
	state, err := f.x.recover(c, attempt{f.img, f.at, f.path})
	f.x.count(f.img)
	return state, err
}

// plainError reports whether an error is one that the store returned: no panic, and no read path that disagrees with another.
func plainError(err error) bool {
	v := recovery.Refusal(err, &plan.Fault{}, &contract.Promises{})
	return v != nil && v.Class == recovery.DoesNotRecover
}
