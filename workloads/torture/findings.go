package torture

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// findings collects the failures of a campaign, one finding for each kind of failure.
type findings struct {
	byID map[string]*found
	ids  []string // in order of discovery
}

// found is a finding, with its run and its failure.
type found struct {
	finding   Finding
	recording *record.Recording
	failure   explore.Failure
}

// maxFindings is the number of findings after which a campaign gives up. Each keeps its recording in memory, and a store that
// is broken in so many ways needs no further proof.
const maxFindings = 64

func newFindings() *findings { return &findings{byID: map[string]*found{}} }

func (f *findings) len() int { return len(f.ids) }

// add keeps a failure, or counts it if its kind is known; it reports whether the kind is new to the failure's cell.
func (f *findings) add(ctx context.Context, s *explore.Subject, failure explore.Failure) bool {
	id := failure.Fingerprint()
	if known := f.byID[id]; known != nil {
		return known.again(s, &failure)
	}
	f.ids = append(f.ids, id)
	f.byID[id] = &found{finding: evidence.NewFinding(ctx, s, &failure), recording: s.Recording, failure: failure}
	return true
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

const (
	shrinkTime = 10 * time.Second // the time for one finding
	maxShrunk  = 5                // findings that are shrunk: the first ones say enough
)

// shrink replaces findings by smaller runs that fail in the same way.
func (f *findings) shrink(ctx context.Context, target contract.Target, patience time.Duration) {
	for _, id := range f.ids[:min(len(f.ids), maxShrunk)] {
		x := f.byID[id]
		limit, cancel := context.WithTimeout(ctx, shrinkTime)
		smaller := shrink.Shrink(limit, target, shrink.Wanted{
			Spec: x.recording.Plan.Spec, Rules: x.recording.Plan.RuleTexts(), Fingerprint: id, Kind: x.failure.Kind(),
			Nested: x.failure.Nested != nil,
		}, patience)
		cancel()
		if smaller == nil {
			continue
		}
		smaller.Shrunk.Token = x.finding.Token
		finding := evidence.NewFinding(ctx, smaller.Subject, &smaller.Failure)
		finding.Count, finding.AlsoIn, finding.Shrunk = x.finding.Count, x.finding.AlsoIn, &smaller.Shrunk
		*x = found{finding: finding, recording: smaller.Subject.Recording, failure: smaller.Failure}
	}
}

// save writes the evidence of every finding into dir, if there is one, with a Go test of each, and returns the findings.
func (f *findings) save(dir string, target contract.Target) ([]Finding, error) {
	all := []Finding{}
	for _, id := range f.ids {
		x := f.byID[id]
		if dir != "" {
			if err := x.save(filepath.Join(dir, "findings", id+evidence.Ext), target); err != nil {
				return nil, err
			}
		}
		all = append(all, x.finding)
	}
	return all, nil
}

func (x *found) save(file string, target contract.Target) (err error) {
	x.finding.File = file
	err = evidence.New(target.Name, x.recording, &x.failure, x.finding).Save(file)
	if errors.Is(err, evidence.ErrTooLarge) {
		x.finding.File = "" // the token and the finding itself remain
		return nil
	} else if err != nil {
		return err
	}
	x.finding.Test, err = evidence.SaveGoTest(file, target, x.recording.Plan, &x.finding)
	return err
}
