package torture

import (
	"context"
	"errors"
	"path/filepath"
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
	caller  *evidence.Caller // the Go test that is looking for them; nil: none
	known   func(id string) bool
	keep    func() error // keeps what was found before the engine runs again to explain it; nil: nothing has to be kept
}

// found is a finding, with its run and its failure.
type found struct {
	finding   Finding
	wanted    *shrink.Wanted    // nil: it cannot be shrunk
	recording *record.Recording // nil: a process before this one has found it
	failure   explore.Failure
	saved     bool
	known     bool // it is only counted
}

// maxFindings is the number of findings after which a campaign gives up. Each keeps its recording in memory, and a store that
// is broken in so many ways needs no further proof.
const maxFindings = 64

func newFindings(length time.Duration) *findings {
	return &findings{byID: map[string]*found{}, reading: newAllowance(length)}
}

func (f *findings) len() int { return len(f.ids) }

// add keeps a failure, or counts it if its kind is known; it reports whether the kind is new to the failure's cell.
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
	f.reading.spend(ctx, func(ctx context.Context) { x.finding = evidence.NewFinding(ctx, s, &failure) })
	return true, nil
}

// wantedOf returns what shrinks a failure.
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

// written returns what a journal has of the findings.
func (f *findings) written() (all []written) {
	for _, id := range f.ids {
		x := f.byID[id]
		all = append(all, written{x.finding, x.wanted, x.known})
	}
	return all
}

// restore puts back what a journal has.
func (f *findings) restore(all []written) {
	for _, w := range all {
		f.ids = append(f.ids, w.Finding.ID)
		f.byID[w.Finding.ID] = &found{finding: w.Finding, wanted: w.Wanted, known: w.Known, saved: true}
	}
}

// again counts another failure of the same kind, and reports whether it comes from another cell.
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

const maxShrunk = 5 // findings that are shrunk: the first ones say enough

// shrink replaces findings by smaller runs that fail in the same way. One that does not show each time its image is recovered
// stays as it is: whether a smaller run fails would be luck.
func (f *findings) shrink(ctx context.Context, target contract.Target, patience time.Duration) {
	for _, id := range f.ids[:min(len(f.ids), maxShrunk)] {
		x := f.byID[id]
		if !x.finding.Steady() || x.known || x.wanted == nil {
			continue
		}
		var smaller *shrink.Smaller
		f.reading.spendPart(ctx, 2, func(ctx context.Context) { // what is smaller has to be explained, too
			smaller = shrink.Shrink(ctx, target, *x.wanted, patience)
		})
		if smaller == nil || ctx.Err() != nil {
			continue
		}
		smaller.Shrunk.Token = x.finding.Token
		var finding Finding
		f.reading.spend(ctx, func(ctx context.Context) { finding = evidence.NewFinding(ctx, smaller.Subject, &smaller.Failure) })
		if !finding.Steady() {
			continue // it was luck that smaller runs failed: the store fails now and then, as after many crashes in a row
		}
		if finding.Explanation == nil && x.finding.Explanation != nil {
			continue // to know why says more than a smaller run, whose explanation was not found in time
		}
		finding.Count, finding.AlsoIn, finding.Shrunk = x.finding.Count, x.finding.AlsoIn, &smaller.Shrunk
		*x = found{finding: finding, wanted: x.wanted, recording: smaller.Subject.Recording, failure: smaller.Failure}
	}
}

// surround finds out what surrounds the findings: the first ones, as shrink leaves them. It has an allowance of its own, since
// shrinking may use up the other one.
func (f *findings) surround(ctx context.Context, target contract.Target, length, patience time.Duration) {
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

// save writes the evidence of every finding into dir, if there is one, with a Go test of each, and returns the findings. Once
// gone is closed, what takes long to save is not waited for, and what was saved before stays as it is.
func (f *findings) save(gone <-chan struct{}, dir string, target contract.Target) ([]Finding, error) {
	all := []Finding{}
	for _, id := range f.ids {
		x := f.byID[id]
		if closed := isClosed(gone); !x.known && x.recording != nil && (!closed || !x.saved) {
			if err := x.save(gone, dir, target, f.caller); err != nil {
				return nil, err
			}
		}
		all = append(all, x.finding)
	}
	return all, nil
}

// saveNew saves the findings that were not saved yet.
func (f *findings) saveNew(gone <-chan struct{}, dir string, target contract.Target) error {
	for _, id := range f.ids {
		if x := f.byID[id]; !x.saved {
			if err := x.save(gone, dir, target, f.caller); err != nil {
				return err
			}
		}
	}
	return nil
}

// save saves a finding. What is not saved when gone is closed has no file in the result.
func (x *found) save(gone <-chan struct{}, dir string, target contract.Target, caller *evidence.Caller) error {
	x.saved = true
	if dir == "" {
		return nil
	}
	type written struct {
		finding Finding
		err     error
	}
	done := make(chan written, 1) // buffered: perhaps nobody is waiting any more
	y := *x
	go func() {
		err := y.write(filepath.Join(dir, "findings", y.finding.ID+evidence.Ext), target, caller)
		done <- written{y.finding, err}
	}()
	select {
	case w := <-done:
		x.finding = w.finding
		return w.err
	case <-gone:
		x.finding.File, x.finding.Test = "", ""
		return nil
	}
}

// write writes the evidence and the Go test.
func (x *found) write(file string, target contract.Target, caller *evidence.Caller) (err error) {
	x.finding.File = file
	err = evidence.New(target.Name, x.recording, &x.failure, x.finding).Save(file)
	if errors.Is(err, evidence.ErrTooLarge) {
		x.finding.File = "" // the token and the finding itself remain
		return nil
	} else if err != nil {
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
