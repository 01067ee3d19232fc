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
	draw   uint64 // seeds its random choices: probes, nested crashes, repetitions, rot
	endure bool   // start a row of crashes here (see endure) instead of exploring it
	owed   bool   // explore it even after time is up
	brief  bool   // with few images; see feeder.brief
}

// origin says how an image came about.
type origin struct {
	job      *job
	point    *faultfs.CrashPoint // the crash point of the image, with any damage; nil: the image cannot be made again
	path     *decide.Path
	leaf     int
	digest   uint64 // of the disk, if the image was decided beforehand
	judged   uint64 // the value of verdicts.kept when the state of this image was the latest
	damage   *faultfs.Damage
	nested   *NestedImage
	endured  bool           // after many crashes in a row
	inARow   int            // if endured: the number of crashes
	sessions int            // how often the store was closed and opened again after them
	fault    *RecoveryFault // injected into the recovery; nil: none
	lived    bool           // the failure was met by a client of the recovered store, or by the recovery made for that client
	reopened bool           // recovered, opened again and crashed, without a fault
	stage    stage          // of a recovery with a fault, or of a reopening
	trial    *trial         // collects failures instead of recording them; nil: they are recorded
}

// told describes what was done to the image, for a sentence. It is empty if that was a single recovery.
func (at *origin) told() string {
	switch {
	case at.fault != nil:
		return at.stage.faulty + at.fault.hit() + at.stage.then
	case at.reopened:
		return at.stage.without
	}
	return ""
}

// blamed attributes a violation to the fault of a recovery, or to a reopening, if there was one. It returns the judge
// to name instead, and the violation with what was done in its sentence and the stage in the name of its check. A hang
// cannot be attributed, because there is no second try to compare it with; for a hang, what was done is added to the
// evidence.
func (at *origin) blamed(judge string, v checker.Violation) (string, checker.Violation) {
	told := at.told()
	if told == "" {
		return judge, v
	}
	if v.Class == "hang" {
		v.Evidence = slices.Concat([]string{told}, v.Evidence)
		return judge, v
	}
	judge = ReopeningJudge
	if at.fault != nil {
		judge = FaultyJudge
	}
	v.Sentence, v.Check = told+": "+v.Sentence, at.stage.name+" "+v.Check
	return judge, v
}

// attempt is what the engine is working on: an image, its origin, and the path that answers the image's questions, which
// may be a copy of the origin's (see repeat).
type attempt struct {
	img  *faultfs.FS
	at   origin
	path *decide.Path
}

// shared is what all explorers of an exploration have in common. Its fields are never reassigned; what explorers change
// through them (Request.Progress, recovered) is safe for concurrent use.
type shared struct {
	req        *Request
	ctx        context.Context // done: nothing starts any more except what is owed
	whole      context.Context // done: nothing starts any more
	seed       maphash.Seed
	recovered  *recoveredDisks
	situations map[uint64][]int // by tick: the goals that a crash there hits
	goals      int
	stop       func() // ends the exploration
}

// explorer explores crash points, one at a time.
type explorer struct {
	// What it explores: the same for all crash points.
	shared  *shared
	subject *Subject
	plan    *plan.Plan
	rule    checker.Rule
	unhit   []*faultfs.Rule // the rules of the run if they hit nothing while it was recorded; recoveries get them instead
	slot    int             // see Running
	callers bool            // record the callers of filesystem calls in second lives

	// What it works with.
	prober   *recovery.Prober
	lister   *decide.Lister
	verdicts verdicts

	// What it is doing, for giveUp.
	goroutine string // the header of its goroutine in a stack trace
	attempt   attempt

	// What images that are recovered again are compared with; see repeat and waver.
	shown  history.State // what the first recovery showed
	doubts int           // consecutive rejected images that were recovered again and showed the same

	current
	findings
}

// current is how the exploration of the current crash point stands.
type current struct {
	owed    bool // it is explored even after time is up
	gaps    bool // some crash of a recovery was left out
	strayed bool // some recovery did not repeat
}

func newExplorer(s *shared, slot int) *explorer {
	subject := s.req.Subject
	p, target := subject.Recording.Plan, subject.Target
	return &explorer{
		shared: s, subject: subject, plan: p, rule: p.Fault.Rule(target.Promises), unhit: subject.Recording.Unhit(), slot: slot,
		prober: recovery.NewProber(target, p.Spec.Limits), lister: decide.NewLister(s.seed), verdicts: newVerdicts(s.seed), findings: newFindings(s.goals),
	}
}

// recover runs a recovery. It records what the engine is working on for giveUp.
func (x *explorer) recover(c recovery.Call, a attempt) (*history.State, error) {
	x.attempt = a
	if look := x.shared.req.recovers; look != nil {
		look(c.Image)
	}
	return x.prober.Recover(c)
}

// ended reports whether the exploration is over for the current crash point: no further recovery should start.
func (x *explorer) ended() bool { return x.ctx().Err() != nil }

// ctx returns the context of the current crash point.
func (x *explorer) ctx() context.Context {
	if x.owed {
		return x.shared.whole
	}
	return x.shared.ctx
}

// late reports whether time is up and the current crash point is explored only because it is owed.
func (x *explorer) late() bool { return x.owed && x.shared.ctx.Err() != nil }

// abandon gives up a recovery that has been running for longer than the grace period, because the exploration's caller is
// gone. It reports whether it did; the caller of abandon then owns the explorer.
func (x *explorer) abandon() bool {
	if !x.prober.GiveUp(min(record.Grace, x.subject.Patience)) {
		return false
	}
	x.attempt.path.Freeze()
	return true
}

// giveUp gives up a recovery that has been running for longer than the subject's patience and records a hang. It reports
// whether it did; the caller then owns the explorer and must stop the exploration.
func (x *explorer) giveUp() bool {
	patience := x.subject.Patience
	if !x.prober.GiveUp(patience) {
		return false
	}
	x.attempt.path.Freeze()
	x.tally.Hangs++
	at := x.attempt.at
	at.trial = nil // the goroutine that was to collect the trial's failures hangs
	if at.fault != nil && at.fault.Op == nil {
		at.fault.note(x.attempt.img)
	}
	x.fail(x.attempt.img, at, "recovery", record.NewHang("recovery", patience, x.goroutine).Violation())
	return true
}

// count counts a recovered image.
func (x *explorer) count(img *faultfs.FS) {
	x.tally.Images++
	x.shared.req.Progress.Images.Add(1)
	x.tally.BytesLost += uint64(img.LostBytes())
}
