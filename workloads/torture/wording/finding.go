package wording

import (
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/shrink"
)

// Recorded is the note below a failure that was reproduced on the disk of a recorded run.
const Recorded = "the store recovered the recorded disk; if it would now write something else, only a new run shows what that leaves"

// MaxEvidence is the number of lines of evidence that a printed finding shows; the saved file has all of them.
const MaxEvidence = 12

// maxAlsoIn is the number of further cells that are named.
const maxAlsoIn = 3

// Paste holds the lines to paste that belong to a finding. Empty ones are left out.
type Paste struct {
	Replay string // reproduces the failure
	Test   string // runs the saved Go test
	Report string // the place in a report
}

// Lines returns a finding as lines of text. The first is its sentence; the others are indented.
func Lines(f *evidence.Finding, paste Paste) []string {
	lines := []string{Visible(f.Sentence), "  " + Visible(Origin(f))}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, fmt.Sprintf("  %-8s %s", label, text))
		}
	}
	if f.Explanation != nil {
		add("why", Visible(f.Explanation.Sentence))
		for _, calls := range f.Explanation.Calls() {
			add("calls", Visible(calls))
		}
	}
	add("profiles", Visible(f.ProfilesSentence))
	add("limits", Visible(f.Limits.String()))
	if f.Shrunk != nil {
		add("shrunk", shrunk(f.Shrunk))
	}
	for _, evidence := range f.Evidence[:min(len(f.Evidence), MaxEvidence)] {
		lines = append(lines, "    "+Visible(evidence))
	}
	add("replay", paste.Replay)
	add("saved", Visible(f.File))
	add("unsaved", Visible(f.Unsaved))
	add("test", paste.Test)
	add("report", paste.Report)
	return lines
}

// Origin says where a finding was made: judge, cell of the matrix, crash point, and how often it was seen.
func Origin(f *evidence.Finding) string {
	where := fmt.Sprintf("%s: %s, in %s × %s under %s, seed %d", f.Judge, f.Class, f.Workload, f.Fault, f.Profile, f.Seed)
	if len(f.Rules) > 0 && f.Rules[0] != f.Fault {
		where += ", with " + strings.Join(f.Rules, " and ")
	}
	switch {
	case f.NestedTick > 0:
		where += fmt.Sprintf(", power cut at tick %s and in recovery at tick %s", Grouped(f.CrashTick), Grouped(f.NestedTick))
	case f.CrashTick > 0:
		where += fmt.Sprintf(", power cut at tick %s", Grouped(f.CrashTick))
	default:
		where += ", without a crash"
	}
	if f.Count > 0 {
		where += ", seen " + Plural(f.Count, "time")
	}
	if n := len(f.AlsoIn); n > 0 {
		where += "; also in " + strings.Join(f.AlsoIn[:min(n, maxAlsoIn)], ", ")
		if n > maxAlsoIn {
			where += fmt.Sprintf(" and %d more", n-maxAlsoIn)
		}
	}
	return where
}

// shrunk says how far a finding was reduced.
func shrunk(s *shrink.Shrunk) string {
	if s.Operations == 0 {
		return fmt.Sprintf("from %d operations to none: it fails without any client operation", s.Before)
	}
	return fmt.Sprintf("from %d operations to %d", s.Before, s.Operations)
}
