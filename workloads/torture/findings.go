package torture

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// findings collects the failures of a campaign, one finding for each kind of failure.
type findings struct {
	byID    map[string]*found
	ids     []string // in order of discovery
	reading *allowance
	caller  *evidence.Caller // the Go test that runs the campaign; nil: none
	known   func(id string) bool
	keep    func() error // saves the failure before the engine runs again to explain it, which may end the process; nil: not needed
}

// found is a finding with its failure and the run that it comes from.
type found struct {
	finding   Finding
	wanted    *shrink.Wanted    // nil: it cannot be shrunk
	recording *record.Recording // nil: found by an earlier process
	failure   explore.Failure
	saved     bool
	known     bool // counted, but not explained, shrunk or saved
}

// maxFindings is the number of findings after which a campaign gives up. Each keeps its recording in memory, and a
// store with that many bugs needs no further evidence.
const maxFindings = 64

func newFindings(length time.Duration) *findings {
	return &findings{byID: map[string]*found{}, reading: newAllowance(length)}
}

func (f *findings) len() int { return len(f.ids) }

// add keeps a failure, or counts it if its kind is already known. It reports whether the kind is new to the failure's
// cell.
func (f *findings) add(ctx context.Context, s *explore.Subject, failure explore.Failure) (isNew bool, err error) {
	id := failure.Fingerprint()
	for _, known := range []*found{f.byID[id], f.byID[failure.Plain()]} {
		if known != nil {
			return known.again(s, &failure), nil
		}
	}
	x := &found{wanted: wantedOf(s, &failure), recording: s.Recording, failure: failure}
	x.known = f.known != nil && f.known(id)
	x.saved = x.known
	f.ids, f.byID[id] = append(f.ids, id), x
	if x.known || f.keep != nil {
		over, cancel := context.WithCancel(ctx)
		cancel()
		x.finding = evidence.NewFinding(over, s, &failure)
	}
	if x.known {
		return true, nil
	}
	if f.keep != nil {
		if err := f.keep(); err != nil {
			return false, err
		}
	}
	read := f.reading.spend
	if len(f.ids) == 1 {
		read = f.reading.spendFirst
	}
	read(ctx, func(ctx context.Context) { x.finding = evidence.NewFinding(ctx, s, &failure) })
	return true, nil
}

// wantedOf returns what a smaller run has to reproduce of a failure.
func wantedOf(s *explore.Subject, f *explore.Failure) *shrink.Wanted {
	return &shrink.Wanted{
		Spec: s.Recording.Plan.Spec, Rules: s.Recording.Plan.RuleTexts(), Fingerprint: f.Fingerprint(), Kind: f.Kind(),
		Nested: f.Nested != nil, Endured: f.Endured, Beforehand: f.Way == decide.Beforehand,
	}
}

// written is a finding in a journal.
type written struct {
	Finding Finding
	Wanted  *shrink.Wanted // what shrinks it; nil: nothing does
	Known   bool
}

// written returns the findings in their journal form.
func (f *findings) written() (all []written) {
	for _, id := range f.ids {
		x := f.byID[id]
		all = append(all, written{x.finding, x.wanted, x.known})
	}
	return all
}

// restore puts back the findings of a journal.
func (f *findings) restore(all []written) {
	for _, w := range all {
		f.ids = append(f.ids, w.Finding.ID)
		f.byID[w.Finding.ID] = &found{finding: w.Finding, wanted: w.Wanted, known: w.Known, saved: true}
	}
}

// again counts another failure of the same kind and reports whether it is the first one in its cell.
func (x *found) again(s *explore.Subject, failure *explore.Failure) bool {
	p, f := s.Recording.Plan, &x.finding
	f.Count += failure.Count
	if f.Profiles != nil && failure.Tick != 0 {
		f.Profiles[p.Spec.Profile] = explain.ProfileFails
		f.ProfilesSentence = explain.ProfilesSentence(f.Profiles)
	}
	if f.ShowsIn(p.Spec.Workload, p.Fault.Name) {
		return false
	}
	f.AlsoIn = append(f.AlsoIn, evidence.CellName(p.Spec.Workload, p.Fault.Name))
	return true
}

// maxShrunk is the number of findings that are shrunk and get circumstances, counted from the first.
const maxShrunk = 5

// shrink replaces findings by smaller runs that fail in the same way. It skips a finding that did not show each time
// its image was recovered, because whether a smaller run fails would be a matter of luck.
func (f *findings) shrink(ctx context.Context, target contract.Target, patience time.Duration) {
	for _, id := range f.ids[:min(len(f.ids), maxShrunk)] {
		x := f.byID[id]
		if !x.finding.Steady() || x.known || x.wanted == nil {
			continue
		}
		var smaller *shrink.Smaller
		f.reading.spendPart(ctx, 2, func(ctx context.Context) { // keep time to explain the smaller run
			smaller = shrink.Shrink(ctx, target, *x.wanted, patience)
		})
		if smaller == nil || ctx.Err() != nil {
			continue
		}
		smaller.Shrunk.Token = x.finding.Token
		var finding Finding
		f.reading.spend(ctx, func(ctx context.Context) { finding = evidence.NewFinding(ctx, smaller.Subject, &smaller.Failure) })
		if !finding.Steady() {
			continue // smaller runs failed by luck: the store fails intermittently, as after many crashes in a row
		}
		if finding.Explanation == nil && x.finding.Explanation != nil {
			continue // an explanation is worth more than a smaller run without one
		}
		finding.Count, finding.AlsoIn, finding.Shrunk = x.finding.Count, x.finding.AlsoIn, &smaller.Shrunk
		*x = found{finding: finding, wanted: x.wanted, recording: smaller.Subject.Recording, failure: smaller.Failure}
	}
}

// addCircumstances explores the circumstances of the first findings, after shrinking. It has an allowance of its own, because
// shrinking may use up the other one.
func (f *findings) addCircumstances(ctx context.Context, target contract.Target, length, patience time.Duration) {
	reading := newAllowance(length)
	for _, id := range f.ids[:min(len(f.ids), maxShrunk)] {
		if x := f.byID[id]; x.finding.Steady() && x.recording != nil {
			reading.spend(ctx, func(ctx context.Context) {
				s := explore.NewSubject(target, x.recording, patience)
				x.finding.Circumstances = explain.Around(ctx, s, &x.failure, x.finding.Explanation)
			})
		}
	}
}

// save writes the evidence and a Go test of every finding into dir, if dir is set, and returns the findings. A finding
// that cannot be written says why. Once gone is closed, save no longer waits for slow writes and does not rewrite what
// was saved before.
func (f *findings) save(gone <-chan struct{}, dir string, target contract.Target) []Finding {
	all := []Finding{}
	for _, id := range f.ids {
		x := f.byID[id]
		if closed := isClosed(gone); !x.known && x.recording != nil && (!closed || !x.saved) {
			x.save(gone, dir, target, f.caller)
		}
		all = append(all, x.finding)
	}
	return all
}

// saveNew saves the findings that have not been saved yet.
func (f *findings) saveNew(gone <-chan struct{}, dir string, target contract.Target) {
	for _, id := range f.ids {
		if x := f.byID[id]; !x.saved {
			x.save(gone, dir, target, f.caller)
		}
	}
}

// save saves a finding. If it is not finished when gone is closed, the result names no file for the finding.
func (x *found) save(gone <-chan struct{}, dir string, target contract.Target, caller *evidence.Caller) {
	x.saved = true
	if dir == "" {
		return
	}
	type written struct {
		finding Finding
		err     error
	}
	done := make(chan written, 1) // buffered, because the receiver may have left
	y := *x
	go func() {
		err := y.write(filepath.Join(dir, "findings", y.finding.ID+evidence.Ext), target, caller)
		done <- written{y.finding, err}
	}()
	select {
	case w := <-done:
		x.finding = w.finding
		if x.finding.Unsaved = ""; w.err != nil {
			x.saved = false                                            // there may be room for it later
			x.finding.Unsaved, _, _ = strings.Cut(w.err.Error(), "\n") // the cause; the clean-up may have failed as well
		}
	case <-gone:
		x.finding.File, x.finding.Test = "", ""
	}
}

// write writes the evidence and the Go test.
func (x *found) write(file string, target contract.Target, caller *evidence.Caller) (err error) {
	x.finding.File = file
	err = evidence.New(target.Name, x.recording, &x.failure, x.finding).Save(file)
	if err != nil {
		x.finding.File, x.finding.Test = "", "" // the finding and its token remain
		if errors.Is(err, evidence.ErrTooLarge) {
			return nil
		}
		return err
	}
	x.finding.Test, err = evidence.SaveGoTest(file, target, caller, x.recording.Plan, &x.finding)
	return err
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
