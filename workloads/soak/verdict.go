package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// The verdicts of a soak.
const (
	Pass         = "pass"
	Fail         = "fail"
	Inconclusive = "inconclusive"
	Blind        = "blind" // the lab did not find the planted bug, so nothing else that it says counts
)

// unclearShare: in a pass, at most one in this many cells may be unclear.
const unclearShare = 100

// judge sets the verdict and its reasons.
func (s *Status) judge(missing map[string]string) {
	if s.Canary.Missed > 0 {
		s.Verdict, s.Reasons = Blind, []string{"the planted bug was not found: " + s.Canary.Reason}
		return
	}
	failed, unclear := s.failures(missing), s.doubts()
	switch {
	case len(failed) > 0:
		s.Verdict, s.Reasons = Fail, append(failed, unclear...)
	case len(unclear) > 0:
		s.Verdict, s.Reasons = Inconclusive, unclear
	default:
		s.Verdict = Pass
	}
}

// failures returns what the engine, or the lab itself, did wrong.
func (s *Status) failures(missing map[string]string) (reasons []string) {
	for _, state := range ledger.States() {
		if n := s.ByState(state, s.Known); n > 0 && state != ledger.Resolved {
			reasons = append(reasons, wording.Plural(n, string(state)+" finding"))
		}
	}
	for _, slope := range s.Slopes {
		if !slope.Flat {
			reasons = append(reasons, slope.Figure+" is not flat: "+slope.Sentence)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		if _, judged := rules[name]; judged {
			reasons = append(reasons, fmt.Sprintf("%s could not be measured: %s", name, missing[name]))
		}
	}
	return reasons
}

// doubts returns the reasons why the soak proves less than it should.
func (s *Status) doubts() (reasons []string) {
	if s.Totals.Laps == 0 {
		reasons = append(reasons, "no lap was completed")
	}
	if s.Totals.Unclear*unclearShare > s.Totals.Cells {
		reasons = append(reasons, fmt.Sprintf("%d of %d cells were unclear", s.Totals.Unclear, s.Totals.Cells))
	}
	var short []string
	for _, slope := range s.Slopes {
		if !slope.Measurable {
			short = append(short, slope.Figure)
		}
	}
	switch {
	case s.Fleet:
	case len(s.Slopes) == 0:
		reasons = append(reasons, "nothing was measured for long enough to say whether it stays flat")
	case len(short) > 0:
		reasons = append(reasons, "too few samples to say whether these stay flat: "+strings.Join(short, ", "))
	}
	return reasons
}
