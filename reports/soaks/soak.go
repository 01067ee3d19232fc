package soaks

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// Soak is the state of a soak at one moment, with its figures over time.
type Soak struct {
	soak.Status
	Trends Trends
	Binary string // how the command is called in lines to paste; empty: lightning-torture
}

// HTML writes the page of a soak.
func HTML(w io.Writer, s *Soak) error { return page.Write(w, pageOf(s)) }

// LiveHTML writes the page of a running soak. It shows what HTML shows and updates itself; see page.WriteLive.
func LiveHTML(w io.Writer, s *Soak) error { return page.WriteLive(w, pageOf(s)) }

func pageOf(s *Soak) *page.Page {
	p := &page.Page{
		Subject: "soak of " + s.Engine, Facts: []string{s.Engine, "soak " + s.Campaign, wording.Plural(s.Totals.Laps, "lap"), "since " + day(s.Since)},
		Started: page.Moment{RFC3339: s.Now.UTC().Format(time.RFC3339), Text: s.Now.UTC().Format("2 January 2006, 15:04 UTC")},
		Caveats: s.Reasons, Figures: headline(s), Provenance: provenance(s),
	}
	p.Verdict, p.Word, p.Claim = verdict(s)
	for i := range s.Findings {
		if f := &s.Findings[i]; s.open(f) {
			p.Findings = append(p.Findings, findingOf(s, f))
		}
	}
	for _, part := range []page.Part{lives(s), trendsPart(s), slopes(s), profiles(s)} {
		if len(part.Tables)+len(part.Plots)+len(part.List) > 0 {
			p.Parts = append(p.Parts, part)
		}
	}
	return p
}

// open reports whether a finding counts against the engine now: it is neither resolved nor excused in known.json.
func (s *Soak) open(f *ledger.Finding) bool {
	return f.State != ledger.Resolved && !s.Known.Excuses(f.ID, s.Now)
}

// verdict returns the verdict of a soak, with the word for it and a sentence that explains it.
func verdict(s *Soak) (v checker.Verdict, word, claim string) {
	images := wording.Plural(s.Totals.Images, "crash image")
	switch strings.ToLower(s.Verdict) {
	case "pass":
		return checker.Pass, "Pass", fmt.Sprintf("%s kept its promises in every one of %s.", s.Engine, images)
	case "fail":
		return checker.Fail, "Fail", fmt.Sprintf("%s has %s; %s judged.", s.Engine, wording.Plural(s.unresolved(), "open finding"), images)
	case "blind":
		return checker.Inconclusive, "Blind", "The lab did not find a planted bug, so its results for " + s.Engine + " mean nothing."
	}
	return checker.Inconclusive, "Inconclusive", fmt.Sprintf("%s so far, which does not prove that %s keeps its promises.", images, s.Engine)
}

func (s *Soak) unresolved() (n int) {
	for i := range s.Findings {
		if s.open(&s.Findings[i]) {
			n++
		}
	}
	return n
}

func headline(s *Soak) []page.Figure {
	t := &s.Totals
	canary := page.Figure{Label: "planted bugs caught", Value: fmt.Sprintf("%d of %d", s.Canary.Caught, s.Canary.Tried), Note: "one is planted in each lap, to check that the lab still finds it"}
	if s.Canary.Missed > 0 {
		canary.Bad, canary.Note = true, "last miss: "+s.Canary.Reason
	}
	figures := []page.Figure{
		{Label: "crash images", Value: wording.Grouped(t.Images), Note: fmt.Sprintf("%s of them from crashes during recovery", wording.Grouped(t.Nested))},
		{Label: "crash points", Value: wording.Grouped(t.CrashPoints), Note: fmt.Sprintf("%s exhaustive, of %s", wording.Grouped(t.Exhaustive), wording.Plural(t.Shapes, "distinct shape"))},
		{Label: "cells", Value: wording.Grouped(t.Cells), Note: fmt.Sprintf("%s passed, %s failed, %s unclear, %s lost; %s", wording.Grouped(t.Passed), wording.Grouped(t.Failed), wording.Grouped(t.Unclear), wording.Grouped(t.Lost), wording.Plural(t.Laps, "complete lap")), Bad: t.Failed > 0},
		canary,
		{Label: "starts", Value: wording.Grouped(t.Starts), Note: fmt.Sprintf("of the supervisor; %s of children", wording.Plural(t.Deaths, "death"))},
	}
	if s.Life.Lives > 0 {
		figures = append(figures, page.Figure{Label: "long-lived store", Value: wording.Grouped(s.Life.Cuts), Note: fmt.Sprintf("power cuts, each with a full comparison; %s on %s", wording.Plural(s.Life.Ops, "operation"), wording.Plural(s.Life.Lives, "store"))})
	}
	return figures
}

func provenance(s *Soak) []page.Fact {
	doing := ""
	if s.Running {
		doing = s.Doing
	}
	facts := []page.Fact{
		{Label: "engine", Text: s.Engine},
		{Label: "campaign", Text: s.Campaign, Code: true},
		{Label: "directory", Text: s.Dir, Code: true},
		{Label: "began", Text: moment(s.Since)},
		{Label: "last cell counted", Text: moment(s.Counted)},
		{Label: "doing", Text: doing},
		{Label: "ended", Text: s.Stopped},
	}
	if s.Shard.Of > 1 {
		facts = append(facts, page.Fact{Label: "shard", Text: fmt.Sprintf("%d of %d", s.Shard.Index, s.Shard.Of)})
	}
	return slices.DeleteFunc(facts, func(f page.Fact) bool { return f.Text == "" })
}

// slopes shows the slope of each figure that must stay flat.
func slopes(s *Soak) page.Part {
	t := page.Table{Head: []string{"figure", "verdict", "median", "per hour", "95 % interval", "samples"}}
	for _, slope := range s.Slopes {
		state, text := page.Passed, "✓ flat"
		switch {
		case !slope.Measurable:
			state, text = page.Unknown, "? not measured"
		case !slope.Flat:
			state, text = page.Failed, "✗ not flat"
		}
		t.Rows = append(t.Rows, page.Row{Name: slope.Figure, Fields: []page.Field{
			{Text: text, State: state},
			{Text: page.Number(slope.Median)},
			{Text: page.Number(slope.PerHour)},
			{Text: page.Number(slope.Low) + " to " + page.Number(slope.High)},
			{Text: wording.Grouped(slope.Samples)},
		}})
	}
	p := page.Part{ID: "flatness", Title: "Flatness", Key: "Figures that must not grow while a soak runs: their slopes after the warm-up, by the Theil-Sen estimator."}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	}
	return p
}

func profiles(s *Soak) page.Part {
	t := page.Table{Folded: true, Head: []string{"profile", "images"}}
	for _, name := range sortedByCount(s.Totals.Profiles) {
		t.Rows = append(t.Rows, page.Row{Name: name, Fields: []page.Field{{Text: wording.Grouped(s.Totals.Profiles[name])}}})
	}
	t.Caption = wording.Plural(len(t.Rows), "profile")
	p := page.Part{ID: "profiles", Title: "Crash profiles"}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	}
	return p
}

// sortedByCount returns the names with the highest counts first.
func sortedByCount(counts map[string]int) []string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	return names
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
