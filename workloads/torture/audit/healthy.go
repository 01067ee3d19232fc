package audit

import (
	"errors"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Healthy audits an image without damage. It returns nil if the image does not recover, because the search judges that. With
// copies set, the copies of the store in the image are audited as well.
func (a *Auditor) Healthy(im *Image, copies bool) *checker.Violation {
	disk := im.fresh()
	store, err := a.target.OpenStore(a.env(disk, record.StoreDir))
	if err != nil {
		return nil
	}
	state := &history.State{}
	if err := workloads.ReadAll(store, state); err != nil {
		return nil // the search also recovers such images and judges the error
	}
	var wrong *checker.Violation
	if err := a.keyByKey(im, store, state); err != nil {
		wrong = violation("read differs", "after the crash the store can be scanned, but not be read key by key: %v", err)
	}
	if v, ok := workloads.Offers[workloads.Verifier](store); ok && wrong == nil {
		if err := v.Verify(); err != nil {
			wrong = violation("healthy, but does not verify", "after the crash the store shows everything, but verifying it fails: %v", err)
		}
	}
	if err := store.Close(); err != nil || wrong != nil {
		return wrong
	}
	im.renew()
	if wrong = a.chore(im, disk, state); wrong == nil {
		wrong = a.barrier(im)
	}
	if wrong != nil {
		return wrong
	}
	im.renew()
	if copies {
		wrong = a.auditCopies(im, disk)
		if wrong == nil && plan.Mix(im.Seed, repositoriesEach)%repositoriesEach == 0 {
			wrong = a.repositories(im, disk)
		}
	}
	if wrong == nil && a.target.Administration.OpenReadOnly != nil {
		done := im.fresh()
		if wrong = a.onlyReads(im, done, state); wrong == nil {
			wrong = a.readsOrSaysSo(im, done, state)
		}
	}
	if wrong == nil && state.Len() > 0 { // otherwise there may be no store yet
		wrong = a.verifiesOrSaysSo(im)
	}
	im.renew()
	if wrong == nil && plan.Mix(im.Seed, accountsEach)%accountsEach == 0 {
		wrong = a.accounts(im)
	}
	return wrong
}

// onlyReads opens the image read-only. It must show what a recovery shows, and must not change the disk.
func (a *Auditor) onlyReads(im *Image, disk *faultfs.FS, recovered *history.State) *checker.Violation {
	state, err := read(a.target.Administration.OpenReadOnly, a.env(disk, record.StoreDir))
	for _, op := range disk.Trace() {
		if op.Changes() {
			return violation("read-only changes", "opening the store read-only after the crash changed the disk: %s %s", op.Kind, op.Path)
		}
	}
	switch {
	case err != nil && recovered.Len() == 0: // there may be no store yet
	case err != nil:
		return violation("read-only fails", "the store recovers from the crash, but cannot be opened read-only: %v", err)
	default:
		if d := difference(recovered, state); d != "" && a.repeats(im, recovered) {
			return violation("read-only differs", "opened read-only after the crash the store shows something else than after its recovery: %s", d)
		}
	}
	return nil
}

// recoveries is how often an image is recovered again before a difference counts as a violation.
const recoveries = 4

// repeats reports whether the image shows the same state each time it is recovered. If it does not, the search judges that,
// and a difference proves nothing.
func (a *Auditor) repeats(im *Image, recovered *history.State) bool {
	for range recoveries {
		state, err := read(a.target.OpenStore, a.env(im.fresh(), record.StoreDir))
		if err != nil || !state.Equal(recovered) {
			return false
		}
	}
	return true
}

// isCorrupt reports whether an error is workloads.ErrCorrupt.
func isCorrupt(err error) bool { return errors.Is(err, workloads.ErrCorrupt) }
