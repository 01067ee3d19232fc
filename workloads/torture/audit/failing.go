package audit

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// failingEach: each part with a failing call is done in one in this many audits.
const failingEach = 4

// failing returns a fresh disk with the image on which one call will fail, and the rule for that call. The call is
// drawn from those counted on done, a disk on which the same steps ran without a failure.
func (im *Image) failing(done *faultfs.FS) (*faultfs.FS, *faultfs.Rule) {
	disk, faults := im.fresh(), plan.NewRecoveryFaults(done)
	if faults.Count() == 0 {
		return disk, nil
	}
	rule := faults.Rule(faults.Draw(im.Seed))
	disk.SetRules(rule)
	return disk, rule
}

// due reports whether the image's audit includes a part that is done in one in failingEach audits.
func (im *Image) due(part uint64) bool { return plan.Mix(im.Seed, part)%failingEach == 0 }

// fails reports whether the image's audit includes a part with a failing call. For an engine that stops on errors it never
// does, because no process would be left to audit.
func (a *Auditor) fails(im *Image, part uint64) bool {
	return !a.target.Promises.StopsOnError && im.due(part)
}

// The parts of an audit for due. In most of them a call fails.
const (
	failsReadOnly = iota + 1
	failsVerify
	failsRepair
	failsNamed
	failsChore
	failsBarrier
	partGoesOn
	partEverySync
)

// readsOrSaysSo opens the image read-only while a call fails: it must show what it should, or return an error.
func (a *Auditor) readsOrSaysSo(im *Image, done *faultfs.FS, recovered *history.State) *checker.Violation {
	if !a.fails(im, failsReadOnly) {
		return nil
	}
	disk, rule := im.failing(done)
	state, err := read(a.target.Administration.OpenReadOnly, a.env(disk, record.StoreDir))
	if err != nil {
		return nil
	}
	if d := difference(recovered, state); d != "" && a.repeats(im, recovered) {
		return violation("read-only differs", "opened read-only after the crash while a call fails (%s), the store shows other contents than after its recovery: %s", rule, d)
	}
	return nil
}

// verifiesOrSaysSo verifies the files of the image, which is healthy, and then again while a call fails. Verification must not
// pass a file that it could not read.
func (a *Auditor) verifiesOrSaysSo(im *Image, recovered *history.State) *checker.Violation {
	verify := a.target.Administration.VerifyFiles
	if verify == nil || !a.fails(im, failsVerify) || recovered.Len() == 0 { // without data there may be no store yet
		return nil
	}
	done := im.fresh()
	if err := verify(a.env(done, record.StoreDir)); err != nil {
		return violation("healthy, but does not verify", "the store recovers from the crash, but verifying its files fails: %v", err)
	}
	disk, rule := im.failing(done)
	err := verify(a.env(disk, record.StoreDir))
	reads := rule != nil && rule.Effect == faultfs.EIO && (rule.Op == faultfs.OpRead || rule.Op == faultfs.OpOpen || rule.Op == faultfs.OpList)
	if err == nil && reads && len(disk.Injected()) > 0 {
		return violation("verify ignores errors", "after the crash the files of the store verify, although not all of them could be read (%s)", rule)
	}
	return nil
}

// repairs repairs a disk. Sometimes a call fails meanwhile; then the repair either succeeds even so, or returns an
// error and is repeated on the same disk. The report is that of the successful attempt, with the losses of a failed one
// added.
func (a *Auditor) repairs(im *Image) (disk *faultfs.FS, report contract.Repaired, err error) {
	repair := a.target.Administration.Repair
	disk = im.fresh()
	report, err = repair(a.env(disk, record.StoreDir))
	if err != nil || !a.fails(im, failsRepair) {
		return disk, report, err
	}
	failing, rule := im.failing(disk)
	again, failed := repair(a.env(failing, record.StoreDir))
	failing.SetRules()
	if failed != nil {
		if again, err = repair(a.env(failing, record.StoreDir)); err != nil {
			return failing, again, fmt.Errorf("after an attempt that failed (%s: %w): %w", rule, failed, err)
		}
		again.Lost = append(again.Lost, report.Lost...) // the first attempt may have removed something already
	}
	return failing, again, nil
}
