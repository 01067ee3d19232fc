package explore

import (
	"context"
	"hash/maphash"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// job is one crash point to explore.
type job struct {
	point  *faultfs.CrashPoint
	cut    history.Cut
	bounds record.Bounds
	draw   uint64 // the seed of its random choices: probes, nested crashes, repetitions, rot
	endure bool   // crash its recovery again and again instead of exploring it
	owed   bool   // explore it even if the time is over
	brief  bool   // with few images; see feeder.brief
}

// origin is how an image came about.
type origin struct {
	job      *job
	point    *faultfs.CrashPoint // the crash point of the image, with what rotted; nil: the image cannot be made again
	path     *decide.Path
	leaf     int
	digest   uint64 // of the disk, if the image was decided beforehand
	judged   uint64 // verdicts.kept when the state of the image was the latest
	damage   *faultfs.Damage
	nested   *NestedImage
	endured  bool           // after many crashes in a row
	inARow   int            // if endured: how many
	sessions int            // times that the store was closed and opened again after them
	fault    *RecoveryFault // injected into the recovery; nil: none
	lived    bool           // by what a client met in the recovered store, or by recovering once more for a client
	reopened bool           // recovered, opened again and crashed, without a fault
	stage    stage          // of a recovery with a fault, or of a reopening
	trial    *trial         // takes failures instead of recording them; nil: they are recorded
}

// attempt is what the engine is working on: an image, its origin, and the path that answers the image's questions, which is
// not always that of the origin (see repeat).
type attempt struct {
	img  *faultfs.FS
	at   origin
	path *decide.Path
}

// shared is what all explorers of an exploration have in common. They write to none of it but the atomic counters of
// Request.Progress.
type shared struct {
	req        *Request
	ctx        context.Context // done: nothing further begins, unless it is owed
	whole      context.Context // done: nothing further begins at all
	seed       maphash.Seed
	recovered  *recoveredDisks
	situations map[uint64][]int // goals by the tick of a crash that hits them
	goals      int
	stop       func() // ends the exploration
}

// explorer explores crash points, one at a time.
type explorer struct {
	shared  *shared
	subject *Subject
	plan    *plan.Plan
	rule    checker.Rule
	prober  *recovery.Prober
	unhit   []*faultfs.Rule // the rules of the run, if they have hit nothing in it: they are for recoveries

	slot      int    // see Running
	goroutine string // its name, in the form in which a stack trace begins
	callers   bool   // second lives have to say which code of the engine they come from
	attempt   attempt
	verdicts  verdicts
	lister    *decide.Lister
	owed      bool          // the crash point at hand is owed
	gaps      bool          // some crash of a recovery of the crash point at hand was left out
	strayed   bool          // some recovery of the crash point at hand did not repeat
	shown     history.State // what the recovery showed that is to be repeated
	doubts    int           // rejected images that were recovered again and showed the same

	tally      Tally
	failures   map[string]*Failure // by fingerprint, the simplest of each
	unclear    map[string]int      // judgements without an answer, by reason
	wrongTotal *int64              // the money in a state that the bank's judge rejected
	survival   survival
	reached    []int // crash points by goal
}

func newExplorer(s *shared, slot int) *explorer {
	subject := s.req.Subject
	p, target := subject.Recording.Plan, subject.Target
	return &explorer{
		shared: s, subject: subject, plan: p, rule: p.Fault.Rule(target.Promises), unhit: subject.Recording.Unhit(), prober: recovery.NewProber(target, p.Spec.Limits),
		slot: slot, verdicts: newVerdicts(s.seed), lister: decide.NewLister(s.seed), failures: map[string]*Failure{}, unclear: map[string]int{}, survival: newSurvival(),
		reached: make([]int, s.goals),
	}
}

// recover runs a recovery. It notes what the engine is working on, for giveUp.
func (x *explorer) recover(c recovery.Call, a attempt) (*history.State, error) {
	x.attempt = a
	return x.prober.Recover(c)
}

// ended reports whether the exploration is over: no further recovery should begin.
func (x *explorer) ended() bool { return x.ctx().Err() != nil }

// ctx returns the context of the crash point at hand.
func (x *explorer) ctx() context.Context {
	if x.owed {
		return x.shared.whole
	}
	return x.shared.ctx
}

// late reports whether the crash point at hand is only explored because it is owed.
func (x *explorer) late() bool { return x.owed && x.shared.ctx.Err() != nil }

// abandon reports whether a recovery was going on and was taken away from the explorer, because whoever asked for the
// exploration is gone. The caller owns the explorer from then on.
func (x *explorer) abandon() bool {
	if !x.prober.GiveUp(min(Grace, x.subject.Patience)) {
		return false
	}
	x.attempt.path.Freeze()
	return true
}

// giveUp reports whether the engine hangs. If so, the caller owns the explorer from then on and must stop the
// exploration.
func (x *explorer) giveUp() bool {
	patience := x.subject.Patience
	if !x.prober.GiveUp(patience) {
		return false
	}
	x.attempt.path.Freeze()
	x.tally.Hangs++
	at := x.attempt.at
	at.trial = nil // whoever made the trial does not come back
	if at.fault != nil && at.fault.Op == nil {
		at.fault.note(x.attempt.img)
	}
	x.fail(x.attempt.img, at, "recovery", record.NewHang("recovery", patience, x.goroutine).Violation())
	return true
}

// count counts an image that was recovered.
func (x *explorer) count(img *faultfs.FS) {
	x.tally.Images++
	x.shared.req.Progress.Images.Add(1)
	x.tally.BytesLost += uint64(img.LostBytes())
}

// lostCommits is the class of a violation about commits that had to survive a crash and are missing.
const lostCommits = "lost"

// noteLost notes which commits of the recorded run a violation says are lost.
func (x *explorer) noteLost(v checker.Violation) {
	if v.Class == lostCommits || v.Class == "resurrected" {
		x.survival.lose(v.Ops)
	}
}

// noteUnclear counts a judgement without an answer.
func (x *explorer) noteUnclear(r checker.Result) { x.unclear[r.Judge+": "+r.Reason]++ }

// told says in words what was done, if it is more than one recovery; empty: it is not.
func (at *origin) told() string {
	switch {
	case at.fault != nil:
		return at.stage.faulty + at.fault.hit() + at.stage.then
	case at.reopened:
		return at.stage.without
	}
	return ""
}

// blamed returns a violation as one of a store whose recovery met a fault, or that was opened again. Of one that hangs nobody can
// tell whether it would without that.
func (at *origin) blamed(judge string, v checker.Violation) (string, checker.Violation) {
	switch told := at.told(); {
	case told == "":
	case v.Class == "hang":
		v.Evidence = slices.Concat([]string{told}, v.Evidence)
	case at.fault != nil:
		judge, v.Sentence = FaultyJudge, told+": "+v.Sentence
	default:
		judge, v.Sentence = ReopeningJudge, told+": "+v.Sentence
	}
	return judge, v
}

// looked is a crash image that somebody has looked at, or several that are the same disk.
type looked interface{ Fates() map[uint64]string }

// trial collects the failures of an experiment, with the disks that they were seen on.
type trial struct {
	failures []*Failure
	disks    []looked
}

func (t *trial) failed() bool { return len(t.failures) > 0 }

// keepAll records the failures of a trial.
func (x *explorer) keepAll(t *trial) {
	for i, f := range t.failures {
		x.keep(f, t.disks[i])
	}
}

// fail records a violation. Of those with the same fingerprint the one with the simplest origin is kept; it returns the
// failure if that is this one, and nil otherwise. A trial keeps all of them.
func (x *explorer) fail(img looked, at origin, judge string, v checker.Violation) *Failure {
	plain := ""
	if at.reopened {
		plain = (&Failure{Violation: v, Judge: judge}).Fingerprint()
	}
	judge, v = at.blamed(judge, v)
	f := &Failure{
		Violation: v, Judge: judge, Count: 1, Tick: at.job.point.Tick, Leaf: at.leaf, Picks: at.path.Picks(), Draw: at.job.draw,
		Way: at.path.Way(), Damage: at.damage, Nested: at.nested, Endured: at.endured, Crashes: at.inARow, Sessions: at.sessions, RecoveryFault: at.fault, Lived: at.lived,
		plain: plain,
	}
	if at.trial != nil {
		at.trial.failures, at.trial.disks = append(at.trial.failures, f), append(at.trial.disks, img)
		return f
	}
	return x.keep(f, img)
}

// keep is fail for a failure that was seen on a disk.
func (x *explorer) keep(f *Failure, img looked) *Failure {
	id := f.Fingerprint()
	if x.shared.req.stopsAt(f, id) {
		x.shared.stop()
	}
	if known := x.failures[id]; known != nil {
		if known.Count++; !f.simpler(known) {
			return nil
		}
		f.Count = known.Count
	} else {
		x.shared.req.Progress.Failures.Add(1)
	}
	f.Fates = img.Fates()
	if first, one := img.(*faultfs.FS); one {
		f.decided = first.Decided()
	}
	x.failures[id] = f
	return f
}
