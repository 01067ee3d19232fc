package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// JUnit writes r as JUnit XML, with a suite per engine and workload and a case per fault. A cell without an answer is an
// error, because CI servers show skipped cases as green. If the run is inconclusive or was interrupted, a case of its own,
// named verdict, says why.
func JUnit(w io.Writer, r *torture.Result) error {
	doc := junitSuites{Name: "lightning-torture", Seconds: fmt.Sprintf("%.3f", r.ElapsedSeconds)}
	m := matrixOf(r)
	for i, workload := range m.Workloads {
		suite := newSuite(r, workload)
		for _, row := range m.Rows {
			suite.add(caseOf(r, workload, row.Fault, row.Fields[i]))
		}
		doc.add(suite)
	}
	if why := caveats(r); r.Verdict == checker.Inconclusive || len(why) > 0 {
		suite := newSuite(r, "run")
		suite.add(junitCase{Name: "verdict", Class: r.Engine, Error: &junitProblem{
			Type: word(checker.Inconclusive), Message: claim(r), Text: strings.Join(why, "\n"),
		}})
		doc.add(suite)
	}
	var b strings.Builder
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	must(enc.Encode(doc))
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

func newSuite(r *torture.Result, workload string) junitSuite {
	return junitSuite{Name: r.Engine + "/" + workload, Properties: []junitProperty{
		{"seed", strconv.FormatUint(r.Seed, 10)},
		{"profile", r.Profile},
		{"images by profile", profileFigure(r).Note},
	}}
}

func caseOf(r *torture.Result, workload, fault string, f field) junitCase {
	c := junitCase{Name: fault, Class: r.Engine + "." + workload}
	switch f.State {
	case passed:
	case absent:
		c.Skipped = &junitProblem{Message: "this combination did not run"}
	case unknown:
		c.Error = &junitProblem{
			Type: word(checker.Inconclusive), Message: "ended without an answer",
			Text: strings.Join(reasonsOf(r, workload, fault), "\n"),
		}
	case failed:
		c.Failure = &junitProblem{Type: "violation", Message: "the finding has no details"}
		c.describe(findingsIn(r, workload, fault), r.Provenance.Program)
	}
	return c
}

// describe reports all findings of a case. JUnit allows one failure per case, so type and message are those of the first.
func (c *junitCase) describe(findings []torture.Finding, program string) {
	var text []string
	c.Properties = &junitList{}
	for i, f := range mapped(findings, legible) {
		if i == 0 {
			c.Failure.Type, c.Failure.Message = f.Class, f.Sentence
		}
		c.Properties.Items = append(c.Properties.Items,
			junitProperty{"seed", strconv.FormatUint(f.Seed, 10)}, junitProperty{"token", f.Token})
		text = append(text, f.Sentence, wording.Origin(&f))
		if f.Explanation != nil {
			text = append(text, "why: "+f.Explanation.Sentence)
		}
		if f.ProfilesSentence != "" {
			text = append(text, "profiles: "+f.ProfilesSentence)
		}
		text = append(text, f.Evidence...)
		text = append(text, replayCommand(program, f.Token), "")
	}
	c.Failure.Text = strings.Join(text, "\n")
}

// legible returns f with control characters escaped in the parts that JUnit shows.
func legible(f torture.Finding) torture.Finding {
	f.Sentence = wording.Visible(f.Sentence)
	f.Evidence = mapped(f.Evidence[:min(len(f.Evidence), wording.MaxEvidence)], wording.Visible)
	if f.Explanation != nil {
		f.Explanation = &torture.Explanation{Sentence: wording.Visible(f.Explanation.Sentence)}
	}
	return f
}

func findingsIn(r *torture.Result, workload, fault string) (in []torture.Finding) {
	for _, f := range r.Findings {
		if f.ShowsIn(workload, fault) {
			in = append(in, f)
		}
	}
	return in
}

func reasonsOf(r *torture.Result, workload, fault string) (reasons []string) {
	for _, c := range r.Cells {
		if c.Workload == workload && c.Fault == fault {
			reasons = append(reasons, c.Reasons...)
		}
	}
	return reasons
}
