package audit

import (
	"bytes"
	"path"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Repaired audits the repair of an image with damage. sound is the same image without the damage.
func (a *Auditor) Repaired(im, sound *Image) *checker.Violation {
	if a.target.Administration.Repair == nil || path.Dir(im.Damaged) != record.StoreDir {
		return nil
	}
	healthy, err := read(a.target.OpenStore, a.env(sound.fresh(), record.StoreDir))
	if err != nil || healthy.Len() == 0 {
		return nil // the search judges an error; and an empty store has nothing to repair
	}
	disk, report, err := a.repairs(im)
	if err != nil {
		return violation("repair fails", "%s; the repair of the store fails: %v", im.Damage, err)
	}
	store, err := a.target.OpenStore(a.env(disk, record.StoreDir))
	if err != nil {
		return violation("repair fails", "%s; the repaired store does not open: %v", im.Damage, err)
	}
	state := &history.State{}
	err = workloads.ReadAll(store, state)
	if err == nil {
		err = everyWay(store, state)
	}
	if v, ok := workloads.Offers[workloads.Verifier](store); ok && err == nil {
		err = v.Verify()
	}
	if closed := store.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return violation("repair fails", "%s; the repaired store is still damaged: %v", im.Damage, err)
	}
	wrong := a.judgeRepaired(im, report, state, healthy)
	if wrong != nil {
		return wrong
	}
	if err := a.goesOn(a.env(disk, record.StoreDir), state); err != nil {
		return violation("repair fails", "%s; writing to the repaired store fails: %v", im.Damage, err)
	}
	return nil
}

// judgeRepaired compares what a repaired store shows with what it would show without the damage. A key that the report does
// not mention must be as a crash may leave it. A key that it mentions may have any value that was once written to it, or none.
func (a *Auditor) judgeRepaired(
	im *Image, report contract.Repaired, state, healthy *history.State,
) *checker.Violation {
	rule := checker.Rule{Lower: checker.NothingMustSurvive} // each key by itself: neither a suffix nor whole batches
	if r := a.judges.Durability(im.Cut, state, rule); r.Verdict == checker.Fail {
		return violation("repair invents", "%s; the store was repaired, and now %s", im.Damage, r.Violations[0].Sentence)
	}
	if !report.Damaged {
		return nil // the repair has changed nothing; the search judges such stores
	}
	excused := func(key []byte) bool { return im.mentions(report.Lost, key) }
	rule.Lower = im.Rule.Lower
	if r := a.judges.Durability(im.Cut, merged(state, healthy, excused), rule); r.Verdict == checker.Fail {
		return violation("repair loses silently", "%s; the store was repaired, and its report does not mention a loss: %s",
			im.Damage, r.Violations[0].Sentence)
	}
	return nil
}

// mentions reports whether a repair report covers a key by a loss from the damaged file. Losses from other files, such
// as the torn end of a log, are not due to the damage and excuse nothing. There is one exception: a missing file may
// show only as a gap, which the report attributes to another file.
func (im *Image) mentions(lost []contract.Loss, key []byte) bool {
	for _, l := range lost {
		gap := im.Missing && l.From == nil && l.To == nil
		about := gap || l.File == path.Base(im.Damaged)
		if about && bytes.Compare(l.From, key) <= 0 && (l.To == nil || bytes.Compare(key, l.To) <= 0) {
			return true
		}
	}
	return false
}

// merged returns state, but with the pairs of healthy for all keys that are excused.
func merged(state, healthy *history.State, excused func(key []byte) bool) *history.State {
	pairs := map[string][]byte{}
	for k, v := range state.All() {
		if !excused(k) {
			pairs[string(k)] = v
		}
	}
	for k, v := range healthy.All() {
		if excused(k) {
			pairs[string(k)] = v
		}
	}
	return stateOf(pairs)
}
