package programs

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// HTML writes a report as one self-contained file, without scripts or network access.
func HTML(w io.Writer, r *Report) error { return page.Write(w, pageOf(r)) }

func pageOf(r *Report) *page.Page {
	p := &page.Page{
		Subject: nameOf(r.Result),
		Facts:   []string{nameOf(r.Result), r.Profile, (time.Duration(r.Seconds*10) * time.Second / 10).String()},
		Verdict: checker.Inconclusive, Word: "Inconclusive", Claim: sentence(r.Result),
		Provenance: []page.Fact{
			{Label: "program", Text: strings.Join(r.Program, " "), Code: true, Wide: true},
			{Label: "run on", Text: r.Way},
			{Label: "crash profile", Text: r.Profile},
		},
	}
	switch {
	case len(r.Findings) > 0:
		p.Verdict, p.Word = checker.Fail, "Fail"
	case r.Passed:
		p.Verdict, p.Word = checker.Pass, "Pass"
	}
	if r.Device != "" {
		p.Provenance = append(p.Provenance, page.Fact{Label: "device", Text: r.Device})
	}
	for _, row := range figures(r) {
		p.Figures = append(p.Figures, page.Figure{Label: row[0], Value: row[1], Note: row[2]})
	}
	for i := range r.Findings {
		p.Findings = append(p.Findings, onPage(&r.Findings[i], r.Binary))
	}
	return p
}

// onPage converts a finding for the page.
func onPage(f *program.Finding, binary string) page.Finding {
	on := page.Finding{
		Sentence: f.Sentence, Origin: strings.TrimPrefix(where(f), "recovery: "), Why: reports.Why(f.Explanation), Evidence: f.Output,
		Crash: f.Tick, Trace: opsOf(f.Calls), File: f.File,
	}
	for _, note := range notes(f) {
		on.Notes = append(on.Notes, note[1])
	}
	if f.Nested != nil {
		on.Crash, on.Trace = f.Nested.Tick, opsOf(f.Nested.Calls)
		on.Notes = append(on.Notes, fmt.Sprintf("The operations are those of the recovery from a crash at tick %s.", wording.Grouped(f.Tick)))
	}
	if f.File != "" {
		on.Replay = replay(f, binary)
		on.Fidelity = "The file contains the disk: the replay runs the checker on it again, whatever the program writes now."
	}
	return on
}

// described splits the text after the kind of an operation into its path and the rest: the bytes of a write or the sizes of a
// truncate, and the fault that it met, if any.
var described = regexp.MustCompile(`^(?s)(.*?)((?: \[\d+,\d+\)| \d+ -> \d+)?(?: \([^()]+\))?)$`)

// opsOf converts filesystem operations for the page. A call's text is split into operation, path and note.
func opsOf(calls []program.Call) []page.Op {
	ops := make([]page.Op, len(calls))
	for i, c := range calls {
		op := page.Op{Tick: c.Tick, Fate: c.Fate, Source: c.Source, Stack: c.Stack}
		op.Op, op.Path, _ = strings.Cut(c.Text, " ")
		if op.Op == page.Acknowledgement {
			op.Path, op.Note = "", op.Path
		} else if path, directory := strings.CutSuffix(op.Path, ", a directory"); directory {
			op.Path, op.Note = path, "a directory"
		} else {
			parts := described.FindStringSubmatch(op.Path)
			op.Path, op.Note = parts[1], strings.TrimSpace(parts[2])
		}
		ops[i] = op
	}
	return ops
}
