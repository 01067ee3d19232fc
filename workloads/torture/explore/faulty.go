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

// A disk that has just lost power is more likely to fail than any other. So some images are recovered once more while a
// call fails: with an error, a short read, no space. The store may refuse to open, but must not open with less than it
// promised. Then the disk is healthy again, and the store must open in the same process, serve a client, and survive another
// crash.
//
// The first image of every faultyPointEach-th crash point is chosen, to cover all parts of the run, and every
// faultyImageEach-th of the other images. Rules of the user that hit nothing while the run was recorded are tried more
// often.
const (
	faultyPointEach = 2
	faultyImageEach = 64
	unhitImageEach  = 8
)

// reopenEach sets how often an image is only recovered and opened again, without a fault: once for this many recoveries
// with a fault. A store may fail when it is opened again in the same process, fault or not.
const reopenEach = 8

// maxFaulty limits the number of faults that are tried on one image when all of them are due.
const maxFaulty = 512

// recoverFaulty recovers an image again on a failing disk if it is chosen. The image was recovered before, on healthy, and
// accepted. If the rules of the run hit nothing while it was recorded, they are the fault; otherwise one is drawn.
func (x *explorer) recoverFaulty(point *faultfs.CrashPoint, healthy *faultfs.FS, at origin) {
	if x.ended() || x.plan.Fault.Rot || x.plan.Model.Device.IgnoreFlush > 0 {
		return // the store may refuse such a disk, or may lose anything
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

// recoverWith recovers an image with a fault, again without it, and once more after a crash. A failure is blamed on the
// fault only if the same steps without the fault all go well (see controls); otherwise it is a failure of reopening.
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
	x.owed = true // do not drop the failure because time is up
	defer func() { x.owed = owed }()
	for range x.controls(seen) {
		if !x.reopen(point, at) || x.ended() {
			return
		}
	}
	x.keepAll(seen)
}

// newControls is the number of recoveries without the fault that must go well before the fault is blamed for a new failure.
// Some engines fail now and then whatever the disk does, because of goroutines or of memory left by earlier recoveries.
const newControls = 16

// controls returns the number of recoveries without a fault to compare with one that failed.
func (x *explorer) controls(seen *trial) int {
	for _, f := range seen.failures {
		if x.failures[f.Fingerprint()] == nil {
			return newControls
		}
	}
	return 1
}

// reopen takes an image through the same steps as recoverWith, but without a fault: it is recovered, opened again in the
// same process, and recovered after another crash. It reports whether all went well.
func (x *explorer) reopen(point *faultfs.CrashPoint, at origin) bool {
	at.fault, at.reopened = nil, true
	seen := x.try(point, at, nil)
	x.keepAll(seen)
	return !seen.failed()
}

// try takes an image through all steps, with the rules in force during the first recovery, and returns what failed.
func (x *explorer) try(point *faultfs.CrashPoint, at origin, rules []*faultfs.Rule) *trial {
	path := at.path.Again()
	return x.tryOn(path.Image(point, faultfs.ImageOptions{Callers: x.callers}), path, at, rules)
}

// tryOn is try for a given image, whose questions are answered by path.
func (x *explorer) tryOn(img *faultfs.FS, path *decide.Path, at origin, rules []*faultfs.Rule) *trial {
	seen := &trial{}
	at.point, at.trial = nil, seen // NB: after a fault, the same disk may legitimately show something else the second time
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

// stage is a step of a faulty recovery: its name, and the beginning of a sentence about it. With a fault, the sentence
// begins with faulty, the fault and then; without one, with the text in without.
type stage struct{ name, faulty, then, without string }

var (
	stageFailing = stage{"failing", "during a recovery", "", "recovered a second time"}
	stageHealed  = stage{"healed", "opened again on a healthy disk after a recovery", "", "opened again in the same process after its recovery"}
	stageCrashed = stage{
		"crashed", "after a recovery", ", another without a fault, and a crash", "after a recovery, another opening in the same process, and a crash",
	}
)

// failing recovers while rules are in force, and reports whether all went well. Once a call has failed, errors of the
// store are excused, and so are files that it leaves behind.
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

// killed returns the disk as it is if the process is killed now: everything that the process could read is kept, and locks
// and open files are gone.
func (f *faultyRecovery) killed() *faultfs.FS {
	model := faultfs.Model{Profile: faultfs.LoseNone(), Device: f.x.plan.Model.Device}
	end := faultfs.NewTimeline(f.img, model, f.img.Now()).Advance(f.img.Now())
	return f.path.Way().Drawn(end, f.at.fault.Number, faultfs.ImageOptions{})
}

// healed opens the store again in the same process, with a disk that no longer fails, and lets a client write.
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

// crashed cuts the power and recovers a last time. What the client wrote sorts after everything else and is not judged.
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

// plainError reports whether the store itself returned an error, as opposed to a panic or to read paths that disagree.
func plainError(err error) bool {
	v := recovery.Refusal(err, &plan.Fault{}, &contract.Promises{})
	return v != nil && v.Class == recovery.DoesNotRecover
}
