package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the template and its style sheet
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// maxFindings bounds the size of the HTML file: a finding takes about 20 KB. Findings are deduplicated, so a run with
// more is one whose first hundred tell the story.
const maxFindings = 100

var (
	//go:embed report.html.tmpl
	pageSource string
	//go:embed report.css
	pageStyle string

	pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"spans": spans}).Parse(pageSource))
)

// HTML writes r as one file that needs no network, no script and nothing beside it.
func HTML(w io.Writer, r *torture.Result) error {
	var b bytes.Buffer
	must(pageTemplate.Execute(&b, pageOf(r)))
	_, err := w.Write(b.Bytes())
	return err
}

// page is what the template shows.
type page struct {
	*torture.Result
	Policy     string // content security policy
	Style      template.CSS
	Word       string
	Class      string
	Claim      string
	Caveats    []string
	Figures    []figure
	Untested   []string
	Confidence string
	Matrix     matrix
	Profiles   []profile
	Details    []detail
	LeftOut    int // findings beyond maxFindings
	Injections []injection
	Open       []torture.Cell // cells that prove nothing, with the reason
	Took       string
	Started    string
}

// detail is one finding on the page.
type detail struct {
	torture.Finding
	Number   int
	Origin   string
	Replay   string
	Fidelity string // how faithfully the token replays
	Timeline *timeline
}

func pageOf(r *torture.Result) page {
	p := page{
		Result: r, Policy: policy(pageStyle), Style: template.CSS(pageStyle), //nolint:gosec // our own embedded file
		Word: word(r.Verdict), Class: r.Verdict.String(), Claim: claim(r), Caveats: firstCaveats(r), Figures: figures(r),
		Untested: untested(r, fullCatalog()), Confidence: confidence(r), Matrix: matrixOf(r), Profiles: profilesIn(r),
		LeftOut: max(0, len(r.Findings)-maxFindings), Injections: injections(r.FaultsInjected),
		Took: seconds(r.ElapsedSeconds), Started: started(r.Provenance.Started),
	}
	for i, f := range r.Findings[:len(r.Findings)-p.LeftOut] {
		p.Details = append(p.Details, detailOf(i+1, f, r.Provenance.Program))
	}
	for _, c := range r.Cells {
		if len(c.Reasons) > 0 {
			p.Open = append(p.Open, c)
		}
	}
	return p
}

func detailOf(number int, f torture.Finding, program string) detail {
	f = legible(f)
	d := detail{Finding: f, Number: number, Origin: wording.Origin(&f), Timeline: timelineOf(f)}
	if f.Token == "" {
		return d
	}
	d.Replay = replayCommand(program, f.Token)
	d.Fidelity = "One client: the token replays bit for bit."
	if f.Clients > 1 {
		d.Fidelity = wording.Plural(f.Clients, "client") + ": the token replays the same script and the same faults, " +
			"but the schedule is free. Add --attempts 20 to see how often it fails."
	}
	return d
}

// legible is f without characters that do not show, or that change how their neighbours show.
func legible(f torture.Finding) torture.Finding {
	f.Sentence = wording.Visible(f.Sentence)
	f.Evidence = mapped(f.Evidence[:min(len(f.Evidence), wording.MaxEvidence)], wording.Visible)
	if f.Explanation != nil {
		f.Explanation = &torture.Explanation{
			Sentence: wording.Visible(f.Explanation.Sentence), Lost: f.Explanation.Lost,
			Missing: legibleSite(f.Explanation.Missing), By: legibleSite(f.Explanation.By),
			Beside: legibleSite(f.Explanation.Beside), Culprit: legibleSite(f.Explanation.Culprit),
		}
	}
	f.Trace = mapped(f.Trace, func(op torture.TraceLine) torture.TraceLine {
		op.Path, op.Note = wording.Visible(op.Path), wording.Visible(op.Note)
		return op
	})
	return f
}

// span is a part of a sentence.
type span struct {
	Text string
	Code bool // it stood between backticks
}

// spans splits a sentence at its backticks.
func spans(sentence string) (all []span) {
	for i, text := range strings.Split(sentence, "`") {
		all = append(all, span{text, i%2 == 1})
	}
	return all
}

func legibleSite(s *torture.Site) *torture.Site {
	if s == nil {
		return nil
	}
	c := *s
	c.Path, c.Source, c.From, c.Stack = wording.Visible(s.Path), wording.Visible(s.Source), wording.Visible(s.From), mapped(s.Stack, wording.Visible)
	return &c
}

// started is when the run began as a person would write it, or as it was written if it cannot be read.
func started(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// policy allows the page its own style sheet, by hash, and nothing else.
func policy(style string) string {
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'"
}
