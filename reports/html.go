package reports

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// maxFindings limits the HTML file to about 2 MB, at about 25 KB per finding. A run rarely has as many, and the JSON form
// has all of them.
const maxFindings = 64

// HTML writes r as one self-contained file, without scripts or network access.
func HTML(w io.Writer, r *torture.Result) error { return page.Write(w, pageOf(r)) }

func pageOf(r *torture.Result) *page.Page {
	p := &page.Page{
		Subject: r.Engine, Facts: []string{r.Engine, r.Profile, fmt.Sprintf("seed %d", r.Seed), seconds(r.ElapsedSeconds)},
		Started: page.Moment{RFC3339: r.Provenance.Started, Text: started(r.Provenance.Started)},
		Verdict: r.Verdict, Word: word(r.Verdict), Claim: claim(r), Caveats: caveatsOnTop(r), Figures: headline(r),
		Untested: untested(r, fullCatalog()), Confidence: confidence(r), LeftOut: max(0, len(r.Findings)-maxFindings),
		Parts: partsOf(r), Provenance: provenance(r),
	}
	for _, f := range r.Findings[:len(r.Findings)-p.LeftOut] {
		p.Findings = append(p.Findings, onPage(f, r.Provenance.Program))
	}
	return p
}

// caveatsOnTop returns the sentences next to the verdict. A failed run starts with its findings, so there the reasons
// why cells were inconclusive are left to the section "Unanswered".
func caveatsOnTop(r *torture.Result) []string {
	if r.Verdict == checker.Fail {
		return interruption(r)
	}
	return firstCaveats(r)
}

func provenance(r *torture.Result) []page.Fact {
	p := &r.Provenance
	facts := []page.Fact{
		{Label: "engine", Text: r.Engine},
		{Label: "scenario", Text: r.Scenario},
		{Label: "seed", Text: fmt.Sprint(r.Seed)},
		{Label: "crash profile", Text: r.Profile},
		{Label: "device", Text: r.Device},
		{Label: "trace hash", Text: r.TraceHash, Code: true},
		{Label: "lightning-torture", Text: p.Tool},
		{Label: "Go", Text: p.GoVersion},
	}
	if p.OS != "" {
		facts = append(facts, page.Fact{Label: "host", Text: fmt.Sprintf("%s/%s, %s", p.OS, p.Arch, wording.Plural(p.CPUs, "CPU"))})
	}
	facts = append(facts, page.Fact{Label: "command", Text: p.Command, Code: true, Wide: true})
	return slices.DeleteFunc(facts, func(f page.Fact) bool { return f.Text == "" })
}

// started formats the time at which the run began. A time that cannot be parsed is returned unchanged.
func started(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}
