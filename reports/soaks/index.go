package soaks

import (
	"fmt"
	"io"
	"net/url"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Entry is a report in an index.
type Entry struct {
	Path   string // path of the HTML file, relative to the index
	Result *torture.Result
}

// Index writes a page that lists the given reports, in their order. Its verdict is Fail if one of them failed, and Pass only
// if all passed.
func Index(w io.Writer, entries []Entry) error {
	p := &page.Page{Subject: wording.Plural(len(entries), "report"), Facts: []string{wording.Plural(len(entries), "report")}, Verdict: checker.Pass}
	count := map[checker.Verdict]int{}
	t := page.Table{Text: true, Head: []string{"report", "verdict", "engine", "images", "findings", "started", "first finding"}}
	for _, e := range entries {
		r := e.Result
		count[r.Verdict]++
		first := ""
		if len(r.Findings) > 0 {
			first = r.Findings[0].Sentence
		}
		t.Rows = append(t.Rows, page.Row{Name: e.Path, Link: (&url.URL{Path: e.Path}).String(), Fields: []page.Field{
			stateOf(r.Verdict),
			{Text: r.Engine},
			{Text: wording.Grouped(r.Images)},
			{Text: wording.Grouped(len(r.Findings))},
			{Text: r.Provenance.Started},
			{Text: first},
		}})
	}
	switch {
	case count[checker.Fail] > 0:
		p.Verdict, p.Word = checker.Fail, "Fail"
	case count[checker.Inconclusive] > 0 || len(entries) == 0:
		p.Verdict, p.Word = checker.Inconclusive, "Inconclusive"
	default:
		p.Word = "Pass"
	}
	p.Claim = fmt.Sprintf("%d passed, %d failed, %d inconclusive.", count[checker.Pass], count[checker.Fail], count[checker.Inconclusive])
	p.Parts = []page.Part{{ID: "reports", Title: "Reports", Tables: []page.Table{t}}}
	return page.Write(w, p)
}

func stateOf(v checker.Verdict) page.Field {
	switch v {
	case checker.Pass:
		return page.Field{Text: "✓ pass", State: page.Passed}
	case checker.Fail:
		return page.Field{Text: "✗ fail", State: page.Failed}
	case checker.Inconclusive:
	}
	return page.Field{Text: "? inconclusive", State: page.Unknown}
}
