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
	state, wrong := a.recovers(im, disk)
	if state == nil || wrong != nil {
		return wrong
	}
	for _, part := range []func() *checker.Violation{
		func() *checker.Violation { return a.chore(im, disk, state) },
		func() *checker.Violation { return a.barrier(im) },
		func() *checker.Violation { return a.everyCopy(im, disk, copies) },
		func() *checker.Violation { return a.readOnly(im, state) },
		func() *checker.Violation { return a.verifiesOrSaysSo(im, state) },
		func() *checker.Violation { return a.accounts(im) },
	} {
		im.renew()
		if wrong := part(); wrong != nil {
			return wrong
		}
	}
	return nil
}

// recovers opens the store on a disk, reads all of it, also key by key, verifies it and closes it. It returns no state if the
// search has to judge what went wrong.
func (a *Auditor) recovers(im *Image, disk *faultfs.FS) (state *history.State, wrong *checker.Violation) {
	store, err := a.target.OpenStore(a.env(disk, record.StoreDir))
	if err != nil {
		return nil, nil
	}
	state = &history.State{}
	if err := workloads.ReadAll(store, state); err != nil {
		return nil, nil
	}
	if err := a.keyByKey(im, store, state); err != nil {
		wrong = violation("read differs", "after the crash the store can be scanned, but not read key by key: %v", err)
	}
	if v, ok := workloads.Offers[workloads.Verifier](store); ok && wrong == nil {
		if err := v.Verify(); err != nil {
			wrong = violation("healthy, but does not verify", "after the crash the store shows everything, but verifying it fails: %v", err)
		}
	}
	if err := store.Close(); err != nil && wrong == nil {
		return nil, nil
	}
	return state, wrong
}

// everyCopy audits the copies in the image if copies is set, and sometimes uses the repositories of backups.
func (a *Auditor) everyCopy(im *Image, disk *faultfs.FS, copies bool) *checker.Violation {
	if !copies {
		return nil
	}
	if wrong := a.auditCopies(im, disk); wrong != nil || plan.Mix(im.Seed, repositoriesEach)%repositoriesEach != 0 {
		return wrong
	}
	return a.repositories(im, disk)
}

// readOnly audits the image opened read-only, on a healthy disk and on a failing one.
func (a *Auditor) readOnly(im *Image, recovered *history.State) *checker.Violation {
	if a.target.Administration.OpenReadOnly == nil {
		return nil
	}
	done := im.fresh()
	if wrong := a.onlyReads(im, done, recovered); wrong != nil {
		return wrong
	}
	return a.readsOrSaysSo(im, done, recovered)
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
			return violation("read-only differs", "opened read-only after the crash, the store shows other contents than after its recovery: %s", d)
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
