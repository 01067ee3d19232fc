package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Difference is what has changed between two results of one engine. Findings are compared by their ID, which is that of what is
// broken, wherever it shows.
type Difference struct {
	Before, After *torture.Result
	New           []torture.Finding // only After has them, and Before did not try their cells, or without an answer
	Ongoing       []torture.Finding // both have them; as they are in After
	Resolved      []torture.Finding // only Before has them, and all their cells passed in After
	Regressed     []torture.Finding // only After has them, although a cell of theirs had passed in Before
	Unseen        []torture.Finding // only Before has them, and After does not show whether they are gone
}

// Compare compares two results.
func Compare(before, after *torture.Result) *Difference {
	d := &Difference{Before: before, After: after}
	for _, f := range after.Findings {
		switch {
		case has(before, &f):
			d.Ongoing = append(d.Ongoing, f)
		case somePassed(before, &f):
			d.Regressed = append(d.Regressed, f)
		default:
			d.New = append(d.New, f)
		}
	}
	for _, f := range before.Findings {
		switch {
		case has(after, &f):
		case allPassed(after, &f):
			d.Resolved = append(d.Resolved, f)
		default:
			d.Unseen = append(d.Unseen, f)
		}
	}
	return d
}

func has(r *torture.Result, f *torture.Finding) bool {
	return slices.ContainsFunc(r.Findings, func(other torture.Finding) bool { return other.ID == f.ID })
}

// somePassed reports whether a cell that shows a finding passed in a result.
func somePassed(r *torture.Result, f *torture.Finding) bool {
	return slices.ContainsFunc(r.Cells, func(c torture.Cell) bool { return f.ShowsIn(c.Workload, c.Fault) && stateOf(c) == passed })
}

// allPassed reports whether the cell of a finding, and every other one that shows it, passed in a result.
func allPassed(r *torture.Result, f *torture.Finding) bool {
	shown := 0
	for _, c := range r.Cells {
		if !f.ShowsIn(c.Workload, c.Fault) {
			continue
		}
		if stateOf(c) != passed {
			return false
		}
		shown++
	}
	return shown == 1+len(f.AlsoIn)
}

// Worse reports whether After has findings that Before had not.
func (d *Difference) Worse() bool { return len(d.New)+len(d.Regressed) > 0 }

// group is the findings of one kind.
type group struct {
	name     string
	what     string
	sign     string
	findings []torture.Finding
}

func (d *Difference) groups() []group {
	return []group{
		{"regressed", "where an earlier run had passed", "✗", d.Regressed},
		{"new", "where no earlier run had passed", "✗", d.New},
		{"ongoing", "seen before", "✗", d.Ongoing},
		{"resolved", "their cells pass now", "✓", d.Resolved},
		{"not seen", "but their cells did not pass either", "?", d.Unseen},
	}
}

// claim says in one sentence what has changed.
func (d *Difference) claim() string {
	return fmt.Sprintf("%s: %d regressed, %d new, %d ongoing, %d resolved, %d not seen.", d.After.Engine, len(d.Regressed), len(d.New), len(d.Ongoing),
		len(d.Resolved), len(d.Unseen))
}

// verdict is that of what has changed: a run that fails as before is no better than it was, and one that proves nothing is no pass.
func (d *Difference) verdict() checker.Verdict {
	switch {
	case len(d.After.Findings) > 0:
		return checker.Fail
	case len(d.Unseen) > 0 || d.After.Verdict != checker.Pass:
		return checker.Inconclusive
	}
	return checker.Pass
}

// DifferenceText writes d for a terminal, a line a finding.
func DifferenceText(w io.Writer, d *Difference) error {
	p := &printer{program: d.After.Provenance.Program}
	p.verdict(d.verdict(), word(d.verdict()), wording.Visible(d.claim()))
	for _, g := range d.groups() {
		if len(g.findings) == 0 {
			continue
		}
		p.line("\n%s (%s)", g.name, g.what)
		for _, f := range g.findings {
			p.line("  %s %s  %s", g.sign, f.ID, wording.Visible(f.Sentence))
			p.line("    %s", wording.Visible(wording.Origin(&f)))
			if f.Token != "" && g.sign == "✗" {
				p.line("    %s", replayCommand(p.program, f.Token))
			}
		}
	}
	p.line("\n%s", figuresBeside(d))
	_, err := w.Write(p.Bytes())
	return err
}

// figuresBeside says how much work stands behind either result: what was not looked for cannot have come or gone.
func figuresBeside(d *Difference) string {
	of := func(r *torture.Result) string {
		return fmt.Sprintf("%s of %s", wording.Plural(r.Images, "image"), wording.Plural(r.CrashPoints, "crash point"))
	}
	return fmt.Sprintf("before: %s; after: %s", of(d.Before), of(d.After))
}

// DifferenceDocument is the JSON form of a Difference.
type DifferenceDocument struct {
	Verdict   checker.Verdict     `json:"verdict"` // of the later result
	Worse     bool                `json:"worse"`   // there are new or regressed findings
	New       []DifferenceFinding `json:"new"`
	Ongoing   []DifferenceFinding `json:"ongoing"`
	Resolved  []DifferenceFinding `json:"resolved"`
	Regressed []DifferenceFinding `json:"regressed"`
	Unseen    []DifferenceFinding `json:"unseen"`
}

// DifferenceFinding is a finding in a DifferenceDocument.
type DifferenceFinding struct {
	ID       string `json:"id"`
	Sentence string `json:"sentence"`
	Workload string `json:"workload"`
	Fault    string `json:"fault"`
	Token    string `json:"token"` // replays it
}

// DifferenceJSON writes d as one object on one line.
func DifferenceJSON(w io.Writer, d *Difference) error {
	list := func(findings []torture.Finding) []DifferenceFinding {
		return mapped(findings, func(f torture.Finding) DifferenceFinding {
			return DifferenceFinding{f.ID, f.Sentence, f.Workload, f.Fault, f.Token}
		})
	}
	return writeLine(w, DifferenceDocument{
		Verdict: d.verdict(), Worse: d.Worse(), New: list(d.New), Ongoing: list(d.Ongoing), Resolved: list(d.Resolved),
		Regressed: list(d.Regressed), Unseen: list(d.Unseen),
	})
}

// DifferenceHTML writes d as one file: the findings that have come first, in full.
func DifferenceHTML(w io.Writer, d *Difference) error {
	p := &page.Page{
		Subject: "two runs of " + d.After.Engine, Facts: []string{d.After.Engine, "two runs compared"},
		Started: page.Moment{RFC3339: d.After.Provenance.Started, Text: started(d.After.Provenance.Started)},
		Verdict: d.verdict(), Word: word(d.verdict()), Claim: d.claim(),
	}
	overview := page.Table{Text: true, Head: []string{"finding", "state", "seen", "what"}}
	for _, g := range d.groups() {
		state := map[string]page.State{"✗": page.Failed, "✓": page.Passed, "?": page.Unknown}[g.sign]
		for _, f := range g.findings {
			what := page.Field{Text: f.Sentence}
			if g.sign == "✗" {
				on := onPage(f, d.After.Provenance.Program)
				on.Notes = append(on.Notes, "Compared with the earlier run: "+g.name+", "+g.what+".")
				p.Findings = append(p.Findings, on)
				what.Finding = len(p.Findings)
			}
			overview.Rows = append(overview.Rows, page.Row{Name: cmp.Or(f.ID, "–"), Fields: []page.Field{
				{Text: g.sign + " " + g.name, State: state}, {Text: wording.Plural(f.Count, "time")}, what,
			}})
		}
	}
	if len(overview.Rows) > 0 {
		p.Parts = append(p.Parts, page.Part{ID: "changes", Title: "What has changed", Tables: []page.Table{overview}})
	}
	p.Parts = append(p.Parts, page.Part{ID: "work", Title: "How much was tried", Tables: []page.Table{workBeside(d)}})
	return page.Write(w, p)
}

func workBeside(d *Difference) page.Table {
	t := page.Table{Head: []string{"figure", "before", "after"}}
	after := headline(d.After)
	for _, f := range headline(d.Before) {
		i := slices.IndexFunc(after, func(other figure) bool { return other.Label == f.Label })
		if i >= 0 {
			t.Rows = append(t.Rows, page.Row{Name: f.Label, Fields: []page.Field{{Text: f.Value}, {Text: after[i].Value}}})
		}
	}
	return t
}
