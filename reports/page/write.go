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
	//go:embed live.js
	following string

	templates = template.Must(template.Must(template.New("page").Funcs(template.FuncMap{
		"spans": spans, "legible": wording.Visible, "grouped": wording.Grouped[uint64], "timeline": timelineOf, "numbered": numbered,
		"files": filesOf, "file": fileNumber, "named": named, "crashes": crashPlotOf, "commits": commitLanesOf, "trend": trendOf,
	}).Parse(pageSource)).Parse(findingSource))
)

// Write writes p as one self-contained file, without scripts or network access. The only errors are those of w.
func Write(w io.Writer, p *Page) error { return write(w, view{Page: p, Policy: policy()}) }

// WriteLive writes p as a page that updates itself. Its script reads a stream of server-sent events from the relative URL
// "events". An event named page carries a whole new page, as Write writes it; an event named end says that there will be no
// more. The only errors are those of w.
func WriteLive(w io.Writer, p *Page) error {
	return write(w, view{
		Page: p, Policy: policy() + "; script-src " + source(following) + "; connect-src 'self'", Script: template.JS(following), //nolint:gosec // our own file
	})
}

func write(w io.Writer, v view) error {
	v.Class, v.Style = v.Verdict.String(), template.CSS(style) //nolint:gosec // our own file
	var b bytes.Buffer
	if err := templates.Execute(&b, v); err != nil {
		panic("page: the template does not fit the data: " + err.Error())
	}
	_, err := w.Write(b.Bytes())
	return err
}

// view is the data for the template.
type view struct {
	*Page
	Class  string
	Policy string // content security policy
	Style  template.CSS
	Script template.JS // empty unless the page is live
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

// policy returns a content security policy that allows the page's own style sheet, by hash, and nothing else.
func policy() string {
	return "default-src 'none'; style-src " + source(style) + "; base-uri 'none'; form-action 'none'"
}

// source returns the source expression that allows an inline text in a policy.
func source(text string) string {
	hash := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
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

// namedTable is a table with an accessible name: its caption, or the title of its part.
type namedTable struct {
	Table
	Name string
}

func named(t Table, part string) namedTable {
	return namedTable{t, cmp.Or(t.Caption, part)}
}
