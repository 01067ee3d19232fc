package explore

import (
	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// One in this many images triggers an audit, which looks at a random image of the same crash point. Where the store is being
// copied (backups, checkpoints), audits are more frequent. An audit costs as much as several hundred recoveries, so they are
// rarer by the factor auditBeyondOwed at crash points that are not owed (see Request.Owed).
const (
	auditEach        = 256
	auditCopiesEach  = 64
	auditCopyingEach = 6
	auditRottenEach  = 5
	auditBeyondOwed  = 8
)

// auditDue reports whether an image triggers an audit, and whether that includes the copies of the store.
func (x *explorer) auditDue(at origin) (due, copies bool) {
	draw := plan.Mix(at.job.draw, uint64(at.leaf)^auditEach)
	now, some := x.subject.Audit.Copying(at.job.point.Tick)
	each := uint64(auditEach)
	switch {
	case x.shared.req.AuditAll, x.shared.req.Only != nil, x.shared.req.wants(audit.Judge):
		each = 1 // a failure of an audit is being reproduced
	case at.damage != nil:
		each = auditRottenEach
	case now:
		each = auditCopyingEach
	case some:
		each = auditCopiesEach
	}
	if each > 1 && x.shared.req.Owed > 0 && !at.job.owed {
		each *= auditBeyondOwed
	}
	return draw%each == 0, some
}

// audit audits a random image of a crash point if the current image triggers that. sound is the crash point, and point is the
// same with the damage of the current image.
func (x *explorer) audit(point, sound *faultfs.CrashPoint, at origin) {
	due, copies := x.auditDue(at)
	if !due || x.plan.Model.Device.IgnoreFlush > 0 || x.plan.Fault.Refuse && at.damage == nil {
		return
	}
	seen := &audit.Seen{}
	if wrong := x.auditImage(x.imageToAudit(sound, at, seen), point, at, copies); wrong != nil {
		x.fail(seen, at, audit.Judge, *wrong)
	}
}

// imageToAudit returns the random image that is audited in place of the image at. What the audit looks at is recorded in
// seen.
func (x *explorer) imageToAudit(sound *faultfs.CrashPoint, at origin, seen *audit.Seen) *audit.Image {
	im := &audit.Image{Point: sound, Seed: plan.Mix(at.job.draw, uint64(at.leaf)), Cut: at.job.cut, Rule: x.rule, Beforehand: at.path.Way() == decide.Beforehand, Renew: x.prober.Renew, Each: x.shared.req.audits}
	im.Watch(seen)
	return im
}

// auditImage audits an image. If at has damage, point is the crash point with that damage.
func (x *explorer) auditImage(im *audit.Image, point *faultfs.CrashPoint, at origin, copies bool) (wrong *checker.Violation) {
	x.attempt = attempt{at.path.Way().Drawn(at.job.point, im.Seed, faultfs.ImageOptions{}), at, at.path}
	x.tally.Audited++
	found := make(chan *checker.Violation, 1)
	err := x.prober.Do(func(stop func(string)) {
		found <- auditAll(x.subject.Audit.Stopping(stop), im, point, at.damage, copies)
	})
	if err == nil {
		return <-found
	}
	im.End() // the audit may have stopped in the middle, with goroutines of the engine still running
	return recovery.Refusal(err, &x.plan.Fault, &x.subject.Target.Promises)
}

// auditAll runs every audit that applies to an image: the audits of healthy images, or, if there is damage, those of
// rotten and missing files. The violations of the latter name the kind of file that is damaged.
func auditAll(a *audit.Auditor, im *audit.Image, point *faultfs.CrashPoint, damage *faultfs.Damage, copies bool) *checker.Violation {
	if damage == nil {
		return a.Healthy(im, copies)
	}
	rotten, gone := im.Rotten(point, damage), im.Without(damage.Path)
	for _, part := range []func() *checker.Violation{
		func() *checker.Violation { return a.Rotten(rotten) },
		func() *checker.Violation { return a.Repaired(rotten, im) },
		func() *checker.Violation { return a.Named(rotten, damage.Effect) },
		func() *checker.Violation { return a.Gone(gone) },
		func() *checker.Violation { return a.Repaired(gone, im) },
	} {
		if wrong := part(); wrong != nil {
			wrong.Check += " " + accidents.ReplaceAllString(damage.Path, "#")
			return wrong
		}
	}
	return nil
}

// auditedLife is the recorded run for a failure that an audit found. To see such a failure again, the audit has to be
// repeated, on its random image instead of the image of the path.
type auditedLife struct{ *firstLife }

func (l *auditedLife) Repeat() []faultfs.PendingOp {
	seen := &audit.Seen{}
	l.audit(l.job(l.failure.Tick, l.Cut(l.failure.Tick)), seen, nil)
	return seen.Lost()
}

// AuditCall is a call that an audit made of a store.
type AuditCall = audit.Call

// LastCall repeats the audit of the image that has lost nothing, observing each call of the store. It returns the call
// during which the audit fails, or the zero Call if that is unknown, and a call that would have done more in its place,
// if the audit knows one.
func (l *auditedLife) LastCall() (last, instead AuditCall) {
	seen := &audit.Seen{}
	if l.auditClosely(l.job(l.failure.Tick, l.Cut(l.failure.Tick)), seen, []uint64{}, true) != FailsAlike {
		return AuditCall{}, AuditCall{}
	}
	return seen.Last(), seen.Instead()
}

func (l *auditedLife) Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) Acceptance {
	j := l.job(point.Tick, cut)
	j.point = point
	return l.audit(j, &audit.Seen{}, append([]uint64{}, lost...))
}

func (l *auditedLife) audit(j *job, seen *audit.Seen, lost []uint64) Acceptance {
	return l.auditClosely(j, seen, lost, false)
}

func (l *auditedLife) auditClosely(j *job, seen *audit.Seen, lost []uint64, closely bool) Acceptance {
	x, at := l.explorer(), origin{job: j, path: decide.NewPath(l.failure.Way), leaf: l.failure.Leaf}
	im := x.imageToAudit(j.point, at, seen)
	im.Losing, im.Closely = lost, closely
	_, copies := x.subject.Audit.Copying(j.point.Tick)
	wrong := x.auditImage(im, j.point, at, copies)
	if wrong == nil {
		return Accepted
	}
	x.fail(seen, at, audit.Judge, *wrong)
	return x.acceptance(l.failure)
}
