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

// Difference is what changed between two results of one engine. Findings are matched by ID, which identifies what is broken
// and not the cell in which it shows.
type Difference struct {
	Before, After *torture.Result
	New           []torture.Finding // only in After; none of their cells passed in Before
	Ongoing       []torture.Finding // in both; taken from After
	Resolved      []torture.Finding // only in Before; all their cells passed in After
	Regressed     []torture.Finding // only in After; one of their cells passed in Before
	Unseen        []torture.Finding // only in Before, but not all their cells passed in After
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

// somePassed reports whether any cell of a finding passed in r.
func somePassed(r *torture.Result, f *torture.Finding) bool {
	return slices.ContainsFunc(r.Cells, func(c torture.Cell) bool { return f.ShowsIn(c.Workload, c.Fault) && stateOf(c) == passed })
}

// allPassed reports whether all cells of a finding passed in r.
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

// Worse reports whether After has findings that Before does not have.
func (d *Difference) Worse() bool { return len(d.New)+len(d.Regressed) > 0 }

// group holds the findings with the same fate.
type group struct {
	name     string
	what     string
	sign     string
	findings []torture.Finding
}

func (d *Difference) groups() []group {
	return []group{
		{"regressed", "the earlier run passed there", "✗", d.Regressed},
		{"new", "the earlier run did not pass there", "✗", d.New},
		{"ongoing", "the earlier run has them too", "✗", d.Ongoing},
		{"resolved", "their cells pass now", "✓", d.Resolved},
		{"not seen", "but their cells did not pass either", "?", d.Unseen},
	}
}

// claim says in one sentence what changed.
func (d *Difference) claim() string {
	return fmt.Sprintf("%s: %d regressed, %d new, %d ongoing, %d resolved, %d not seen.", d.After.Engine, len(d.Regressed), len(d.New), len(d.Ongoing),
		len(d.Resolved), len(d.Unseen))
}

// verdict is Fail if After has findings, whether they are new or not. It is Pass only if After passed and shows for each
// finding of Before that it is gone.
func (d *Difference) verdict() checker.Verdict {
	switch {
	case len(d.After.Findings) > 0:
		return checker.Fail
	case len(d.Unseen) > 0 || d.After.Verdict != checker.Pass:
		return checker.Inconclusive
	}
	return checker.Pass
}

// DifferenceText writes d for a terminal, grouped by what became of the findings.
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

// figuresBeside says how much work each result is based on, because a run that tried less can miss findings.
func figuresBeside(d *Difference) string {
	of := func(r *torture.Result) string {
		return fmt.Sprintf("%s of %s", wording.Plural(r.Images, "image"), wording.Plural(r.CrashPoints, "crash point"))
	}
	return fmt.Sprintf("before: %s; after: %s", of(d.Before), of(d.After))
}

// DifferenceDocument is the JSON form of a Difference.
type DifferenceDocument struct {
	Verdict   checker.Verdict     `json:"verdict"` // fail if the later run has findings; pass only if it passed and all earlier findings are gone
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
	Token    string `json:"token"` // for replay; empty if there is none
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

// DifferenceHTML writes d as one self-contained file. The findings that After has come first, in full.
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
		p.Parts = append(p.Parts, page.Part{ID: "changes", Title: "What changed", Tables: []page.Table{overview}})
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
