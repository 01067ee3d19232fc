package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// TextOptions says how Text and ReplayText look. The zero value is plain and whole.
type TextOptions struct {
	Color  bool   // mark the verdict with terminal colours
	Brief  bool   // only the verdict and the findings
	Report string // path of the HTML report, if there is one
}

// maxEvidence is how many lines of evidence a finding shows; the saved file has all.
const maxEvidence = 12

// Text writes r for a terminal: the verdict first, then the figures, the findings and what was not tested.
func Text(w io.Writer, r *torture.Result, opts TextOptions) error {
	p := &printer{TextOptions: opts, program: r.Provenance.Program}
	p.verdict(r.Verdict, word(r.Verdict), claim(r))
	for _, caveat := range firstCaveats(r) {
		p.line("      %s", visible(caveat))
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

// ReplayText writes r for a terminal: whether the failure was seen again, and how it looks now.
func ReplayText(w io.Writer, r *torture.ReplayResult, opts TextOptions) error {
	p := &printer{TextOptions: opts, program: r.Program}
	switch {
	case r.Reproduced:
		p.verdict(checker.Fail, "Reproduced", fmt.Sprintf("%d of %s failed in the same way.",
			r.Hits, plural(r.Attempts, "attempt")))
	case r.Diverged != "":
		p.verdict(checker.Inconclusive, "Not reproduced", visible(r.Diverged))
	default:
		p.verdict(checker.Inconclusive, "Not reproduced", plural(r.Attempts, "attempt"))
	}
	if r.Finding != nil {
		p.finding("", *r.Finding, "")
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

// painted adds bold and a colour that colour-blind readers can tell apart.
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
		Label: "runs", Value: grouped(r.Runs),
		Note: fmt.Sprintf("in %s, seed %d, profile %s", seconds(r.ElapsedSeconds), r.Seed, r.Profile),
	})
	for _, f := range rows {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", f.Label, f.Value, visible(f.Note))
	}
	must(table.Flush())
}

// must holds because a bytes.Buffer takes every write.
func must(err error) {
	if err != nil {
		panic("reports: a buffer refused a write: " + err.Error())
	}
}

func (p *printer) finding(number string, f torture.Finding, report string) {
	p.line("\n%s %s%s", p.painted(checker.Fail, "✗"), number, visible(f.Sentence))
	p.line("  %s", visible(origin(f)))
	if why := f.Explanation; why != nil {
		p.line("  why      %s", visible(why.Sentence))
	}
	if f.ProfilesSentence != "" {
		p.line("  profiles %s", visible(f.ProfilesSentence))
	}
	if len(f.Limits) > 0 {
		p.line("  limits   %s", visible(f.Limits.String()))
	}
	if f.Shrunk != nil {
		p.line("  shrunk   %s", shrunk(f.Shrunk))
	}
	for _, evidence := range f.Evidence[:min(len(f.Evidence), maxEvidence)] {
		p.line("    %s", visible(evidence))
	}
	if f.Token != "" {
		p.line("  replay   %s", replayCommand(p.program, f.Token))
	}
	if f.File != "" {
		p.line("  saved    %s", visible(f.File))
	}
	if f.Test != "" {
		p.line("  test     go test %s", visible(f.Test))
	}
	if report != "" {
		p.line("  report   %s", report)
	}
}

func (p *printer) limits(r *torture.Result) {
	p.line("\nnot tested")
	for _, limit := range untested(r, fullCatalog()) {
		p.line("  - %s", visible(limit))
	}
	if line := confidence(r); line != "" {
		p.line("\n%s", line)
	}
}

// origin says where a finding was made: judge, place in the matrix, crash point, and how often.
func origin(f torture.Finding) string {
	where := fmt.Sprintf("%s: %s, in %s × %s under %s, seed %d", f.Judge, f.Class, f.Workload, f.Fault, f.Profile, f.Seed)
	if len(f.Rules) > 0 && f.Rules[0] != f.Fault {
		where += ", with " + strings.Join(f.Rules, " and ")
	}
	switch {
	case f.NestedTick > 0:
		where += fmt.Sprintf(", power cut at tick %s and in recovery at tick %s",
			grouped(f.CrashTick), grouped(f.NestedTick))
	case f.CrashTick > 0:
		where += fmt.Sprintf(", power cut at tick %s", grouped(f.CrashTick))
	default:
		where += ", without a crash"
	}
	if f.Count > 0 {
		where += ", seen " + plural(f.Count, "time")
	}
	if len(f.AlsoIn) > 0 {
		where += "; also in " + strings.Join(f.AlsoIn, ", ")
	}
	return where
}

// replayCommand returns the line to paste that shows a failure again, from its token or its file.
func replayCommand(program, tokenOrFile string) string {
	return cmp.Or(program, "lightning-torture") + " replay " + visible(tokenOrFile)
}

// visible replaces what a terminal would obey instead of show.
func visible(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// shrunk says how far a finding was reduced.
func shrunk(s *torture.Shrunk) string {
	if s.Operations == 0 {
		return fmt.Sprintf("from %d operations to none: what the lab does to a recovered store is enough", s.Before)
	}
	return fmt.Sprintf("from %d operations to %d", s.Before, s.Operations)
}
