package reports

import (
	"io"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// maxSummaryFindings keeps a summary far below GitHub's limit of 1 MiB per step.
const maxSummaryFindings = 20

// Summary writes r as GitHub-flavoured Markdown: the verdict, the figures, the matrix, and how to replay each finding.
func Summary(w io.Writer, r *torture.Result) error {
	p := &printer{program: r.Provenance.Program}
	p.line("## %s %s: %s\n\n%s", sign(r.Verdict), word(r.Verdict), markdown(r.Engine), markdown(claim(r)))
	for _, caveat := range firstCaveats(r) {
		p.line("\n> %s", markdown(caveat))
	}
	p.line("\n| | | |\n|---|--:|---|")
	for _, f := range append(figures(r), profileFigure(r)) {
		p.line("| %s | **%s** | %s |", f.Label, f.Value, markdown(f.Note))
	}
	p.matrixMarkdown(r)
	for i, f := range r.Findings {
		if i == maxSummaryFindings {
			p.line("\n... and %s in the report.", wording.Plural(len(r.Findings)-i, "more finding"))
			break
		}
		p.findingMarkdown(i+1, f)
	}
	p.line("\n**Not tested**\n")
	for _, limit := range untested(r, fullCatalog()) {
		p.line("- %s", markdown(limit))
	}
	if line := confidence(r); line != "" {
		p.line("\n%s", line)
	}
	p.line("\nSeed %d, profile %s, %s in %s.", r.Seed, markdown(r.Profile), wording.Plural(r.Runs, "run"),
		seconds(r.ElapsedSeconds))
	_, err := w.Write(p.Bytes())
	return err
}

func (p *printer) matrixMarkdown(r *torture.Result) {
	m := matrixOf(r)
	if len(m.Rows) == 0 {
		return
	}
	p.line("\n| fault | %s |", strings.Join(mapped(m.Workloads, markdown), " | "))
	p.line("|---|%s", strings.Repeat("--:|", len(m.Workloads)))
	for _, row := range m.Rows {
		texts := mapped(row.Fields, func(f field) string { return f.Text })
		p.line("| %s | %s |", markdown(row.Fault), strings.Join(texts, " | "))
	}
}

func (p *printer) findingMarkdown(number int, f torture.Finding) {
	p.line("\n### %d. %s\n\n%s", number, markdown(f.Sentence), markdown(wording.Origin(&f)))
	if f.Explanation != nil {
		p.line("\nWhy: %s", markdown(f.Explanation.Sentence))
	}
	if f.ProfilesSentence != "" {
		p.line("\nProfiles: %s", markdown(f.ProfilesSentence))
	}
	if len(f.Limits) > 0 {
		p.line("\nLimits: %s", markdown(f.Limits.String()))
	}
	if len(f.Evidence) > 0 {
		p.codeMarkdown(f.Evidence[:min(len(f.Evidence), wording.MaxEvidence)])
	}
	if f.Token != "" {
		p.codeMarkdown([]string{replayCommand(p.program, f.Token)})
	}
}

// codeMarkdown writes a code block whose fence is longer than any run of backticks inside it.
func (p *printer) codeMarkdown(lines []string) {
	text := strings.Join(mapped(lines, wording.Visible), "\n")
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	p.line("\n%s\n%s\n%s", fence, text, fence)
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`, "<", "&lt;",
	"[", `\[`, "]", `\]`, "~", `\~`, "@", "&#64;", "#", "&#35;")

// markdown escapes s, so that a key such as <img> or a|b is shown as it is.
func markdown(s string) string { return markdownEscapes.Replace(wording.Visible(s)) }

func mapped[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}
