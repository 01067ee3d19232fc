package explore

import (
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// One of so many images is audited: another random image of its crash point is. Where copies of the store are being made,
// there are more of them.
const (
	auditEach        = 256
	auditCopiesEach  = 64
	auditCopyingEach = 6
	auditRottenEach  = 5
)

// auditDue reports whether it is the turn of an image to be audited, and with the copies that are in it.
func (x *explorer) auditDue(at origin) (due, copies bool) {
	draw := plan.Mix(at.job.draw, uint64(at.leaf)^auditEach)
	now, some := x.subject.Audit.Copying(at.job.point.Tick)
	each := uint64(auditEach)
	switch {
	case x.shared.req.AuditAll, x.shared.req.Only != nil, strings.HasPrefix(x.shared.req.Wanted, audit.Judge+"/"):
		each = 1 // that is how a failure is seen again
	case at.damage != nil:
		each = auditRottenEach
	case now:
		each = auditCopyingEach
	case some:
		each = auditCopiesEach
	}
	return draw%each == 0, some
}

// audit looks closer at a random image of a crash point, if it is the turn of the image at hand; sound is the crash point
// without the damage of that image.
func (x *explorer) audit(point, sound *faultfs.CrashPoint, at origin) {
	due, copies := x.auditDue(at)
	if !due || x.plan.Model.Device.IgnoreFlush > 0 || x.plan.Fault.Refuse && at.damage == nil {
		return
	}
	im := &audit.Image{Point: sound, Seed: plan.Mix(at.job.draw, uint64(at.leaf)), Cut: at.job.cut, Rule: x.rule}
	var wrong *checker.Violation
	x.attempt = attempt{at.job.point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(im.Seed)}), at, at.path}
	err := x.prober.Do(func() {
		if at.damage == nil {
			wrong = x.subject.Audit.Healthy(im, copies)
			return
		}
		rotten := im.Rotten(point, at.damage)
		if wrong = x.subject.Audit.Rotten(rotten); wrong == nil {
			wrong = x.subject.Audit.Repaired(rotten, im)
		}
		if wrong == nil {
			wrong = x.subject.Audit.Named(rotten, at.damage.Effect)
		}
		if wrong == nil {
			wrong = x.subject.Audit.Repaired(im.Without(at.damage.Path), im)
		}
	})
	x.tally.Audited++
	if err != nil { // a panic
		wrong = recovery.Refusal(err, &x.plan.Fault)
	}
	if wrong != nil {
		x.fail(x.attempt.img, at, audit.Judge, *wrong)
	}
}
