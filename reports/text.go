package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// TextOptions controls the output of Text and ReplayText. The zero value means the full text, without colours.
type TextOptions struct {
	Color  bool   // colour the verdict for a terminal
	Brief  bool   // write only the verdict and the findings
	Report string // path of the HTML report; empty if there is none
	// Test returns the command that runs the Go test of a finding, or "" to omit it. If Test is nil, the command is
	// "go test" with the file of the test.
	Test func(torture.Finding) string
}

// Text writes r for a terminal: the verdict first, then the figures, the findings and what was not tested.
func Text(w io.Writer, r *torture.Result, opts TextOptions) error {
	p := &printer{TextOptions: opts, program: r.Provenance.Program}
	p.verdict(r.Verdict, word(r.Verdict), claim(r))
	for _, caveat := range firstCaveats(r) {
		p.line("      %s", wording.Visible(caveat))
	}
	if !opts.Brief {
		p.figures(r)
	}
	for i, f := range r.Findings {
		report := opts.Report
		if report != "" && i < maxFindings {
			report += "#finding-" + strconv.Itoa(i+1)
		}
		p.finding(fmt.Sprintf("%d  ", i+1), f, report)
	}
	if !opts.Brief {
		p.limits(r)
		if opts.Report != "" && len(r.Findings) == 0 {
			p.line("\n  report   %s", opts.Report)
		}
	}
	_, err := w.Write(p.Bytes())
	return err
}

// ReplayText writes r for a terminal: whether the failure was reproduced, and how it looks now.
func ReplayText(w io.Writer, r *torture.ReplayResult, opts TextOptions) error {
	p := &printer{TextOptions: opts, program: r.Program}
	switch {
	case r.Reproduced:
		p.verdict(checker.Fail, "Reproduced", fmt.Sprintf("%d of %s failed in the same way.",
			r.Hits, wording.Plural(r.Attempts, "attempt")))
	case r.Diverged != "":
		p.verdict(checker.Inconclusive, "Not reproduced", wording.Visible(r.Diverged))
	default:
		p.verdict(checker.Inconclusive, "Not reproduced", wording.Plural(r.Attempts, "attempt"))
	}
	if r.Finding != nil {
		p.finding("", *r.Finding, "")
	}
	if r.Enough != "" {
		p.line("  note     %s", r.Enough)
	}
	if r.Recorded {
		p.line("  note     %s", wording.Recorded)
	}
	_, err := w.Write(p.Bytes())
	return err
}

type printer struct {
	bytes.Buffer
	TextOptions
	program string // how to call the command, as in torture.Provenance
}

func (p *printer) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *printer) verdict(v checker.Verdict, heading, sentence string) {
	p.line("%s  %s", p.painted(v, strings.ToUpper(heading)), sentence)
}

// painted makes s bold, in a colour that colour-blind readers can tell from those of the other verdicts.
func (p *printer) painted(v checker.Verdict, s string) string {
	if !p.Color {
		return s
	}
	code := map[checker.Verdict]string{checker.Pass: "1;36", checker.Fail: "1;38;5;208", checker.Inconclusive: "1"}[v]
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *printer) figures(r *torture.Result) {
	p.line("")
	table := tabwriter.NewWriter(p, 0, 0, 3, ' ', 0)
	rows := figures(r)
	m := matrixOf(r)
	rows = append(rows, figure{
		Label: "matrix", Value: fmt.Sprintf("%d × %d", len(m.Workloads), len(m.Rows)),
		Note: fmt.Sprintf("%d pass, %d fail, %d unknown, %d not run",
			m.Count[passed], m.Count[failed], m.Count[unknown], m.Count[absent]),
	}, profileFigure(r), goalFigure(r))
	rows = append(append(append(rows, limitFigures(r)...), coverageFigures(r)...), figure{
		Label: "runs", Value: wording.Grouped(r.Runs),
		Note: fmt.Sprintf("in %s, seed %d, profile %s", seconds(r.ElapsedSeconds), r.Seed, r.Profile),
	})
	for _, f := range rows {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", f.Label, f.Value, wording.Visible(f.Note))
	}
	must(table.Flush())
}

// must panics on errors that cannot happen, because writes to memory do not fail.
func must(err error) {
	if err != nil {
		panic("reports: write to memory failed: " + err.Error())
	}
}

func (p *printer) finding(number string, f torture.Finding, report string) {
	paste := wording.Paste{Report: report}
	if f.Token != "" {
		paste.Replay = replayCommand(p.program, f.Token)
	}
	switch {
	case f.Test == "":
	case p.Test != nil:
		paste.Test = wording.Visible(p.Test(f))
	default:
		paste.Test = "go test " + wording.Visible(f.Test)
	}
	lines := wording.Lines(&f, paste)
	p.line("\n%s %s%s", p.painted(checker.Fail, "✗"), number, strings.Join(lines, "\n"))
}

func (p *printer) limits(r *torture.Result) {
	p.line("\nnot tested")
	for _, limit := range untested(r, fullCatalog()) {
		p.line("  - %s", wording.Visible(limit))
	}
	if line := confidence(r); line != "" {
		p.line("\n%s", line)
	}
}

// replayCommand returns the command line that reproduces a failure from its token or its file.
func replayCommand(program, tokenOrFile string) string {
	return cmp.Or(program, "lightning-torture") + " replay " + wording.Visible(tokenOrFile)
}
