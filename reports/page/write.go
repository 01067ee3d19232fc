package page

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed" // the templates and the style sheet
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

var (
	//go:embed page.html.tmpl
	pageSource string
	//go:embed finding.html.tmpl
	findingSource string
	//go:embed page.css
	style string

	templates = template.Must(template.Must(template.New("page").Funcs(template.FuncMap{
		"spans": spans, "legible": wording.Visible, "grouped": wording.Grouped[uint64], "timeline": timelineOf, "numbered": numbered,
		"files": filesOf, "file": fileNumber, "named": named, "crashes": crashPlotOf, "commits": commitLanesOf, "trend": trendOf,
	}).Parse(pageSource)).Parse(findingSource))
)

// Write writes p as one file that needs no network, no script and nothing beside it. The error is that of the writer.
func Write(w io.Writer, p *Page) error {
	var b bytes.Buffer
	if err := templates.Execute(&b, view{Page: p, Class: p.Verdict.String(), Policy: policy(), Style: template.CSS(style)}); err != nil { //nolint:gosec // our own file
		panic("page: the template does not fit the data: " + err.Error())
	}
	_, err := w.Write(b.Bytes())
	return err
}

// view is what the template sees.
type view struct {
	*Page
	Class  string
	Policy string // content security policy
	Style  template.CSS
}

// entry is a finding with its number.
type entry struct {
	Finding
	Number int
}

func numbered(findings []Finding) []entry {
	entries := make([]entry, len(findings))
	for i, f := range findings {
		entries[i] = entry{f, i + 1}
	}
	return entries
}

// policy allows the page its own style sheet, by hash, and nothing else.
func policy() string {
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// span is a part of a sentence.
type span struct {
	Text string
	Code bool // it stood between backticks
}

// spans splits a sentence at its backticks.
func spans(sentence string) (all []span) {
	for i, text := range strings.Split(wording.Visible(sentence), "`") {
		all = append(all, span{text, i%2 == 1})
	}
	return all
}

// namedTable is a table with what it is called for those who cannot see where it stands.
type namedTable struct {
	Table
	Name string
}

func named(t Table, part string) namedTable {
	return namedTable{t, cmp.Or(t.Caption, part)}
}
