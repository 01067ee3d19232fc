package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// onPage converts a finding for the page. program is how the command is called, as in torture.Provenance.
func onPage(f torture.Finding, program string) page.Finding {
	on := page.Finding{
		Sentence: f.Sentence, Origin: wording.Origin(&f), Why: Why(f.Explanation),
		Evidence: f.Evidence[:min(len(f.Evidence), wording.MaxEvidence)], Crash: f.CrashTick, Second: f.NestedTick, File: f.File, Unsaved: f.Unsaved,
		Trace: traceOf(&f), Promise: promiseOf(&f),
		Left: max(0, f.ChangesOf-len(f.Changes)),
		Changes: mapped(f.Changes, func(c evidence.KeyChange) page.Change {
			return page.Change{Key: c.Key, Want: c.Want, Got: c.Got, By: fmt.Sprintf("commit #%d", c.Op)}
		}),
	}
	if c := f.Circumstances; c != nil {
		on.Crashes = mapped(c.Moments, func(m explain.Moment) page.Crash { return page.Crash(m) })
		on.Commits = mapped(c.Durable, func(d explain.Durable) page.Commit {
			return page.Commit{Name: fmt.Sprintf("#%d %s", d.ID, d.Text), Acked: d.Acked, By: d.By}
		})
		on.Sibling = siblingOf(c.Sibling)
	}
	if f.ProfilesSentence != "" {
		on.Notes = append(on.Notes, f.ProfilesSentence)
	}
	if len(f.Limits) > 0 {
		on.Notes = append(on.Notes, fmt.Sprintf("The run had lowered limits of the engine: %s.", f.Limits))
	}
	if f.Token == "" {
		return on
	}
	on.Replay = replayCommand(program, f.Token)
	on.Fidelity = "One client: the token replays bit for bit."
	if f.Clients > 1 {
		on.Fidelity = wording.Plural(f.Clients, "client") + ": the token replays the same script and the same faults, " +
			"but not the same schedule. Add --attempts 20 to see how often it fails."
	}
	return on
}

// traceOf returns the filesystem operations of a finding, with the known acknowledgements between them.
func traceOf(f *torture.Finding) []page.Op {
	ops := mapped(f.Trace, func(op torture.TraceLine) page.Op {
		return page.Op{Tick: op.Tick, Op: op.Op, Path: op.Path, Note: op.Note, Fate: op.Fate}
	})
	if f.Circumstances == nil || len(ops) == 0 {
		return ops
	}
	for _, d := range f.Circumstances.Durable {
		if d.Acked >= ops[0].Tick {
			ops = append(ops, page.Op{Tick: d.Acked, Op: page.Acknowledgement, Note: fmt.Sprintf("commit #%d: %s", d.ID, d.Text)})
		}
	}
	slices.SortStableFunc(ops, func(a, b page.Op) int { return cmp.Compare(a.Tick, b.Tick) })
	return ops
}

// Why converts an explanation, which names the ordering that the store failed to enforce, for a page. It returns nil if
// there is none.
func Why(e *torture.Explanation) *page.Why {
	if e == nil {
		return nil
	}
	why := &page.Why{Sentence: e.Sentence}
	add := func(role page.Role, caption string, s *torture.Site) {
		if s != nil {
			why.Order = append(why.Order, siteOf(role, caption, s))
		}
	}
	first := "came first"
	if e.Missing == nil {
		first = "the crash came right after"
	}
	add(page.Missing, "without this, the store would not fail", e.Culprit)
	add(page.By, first, e.By)
	add(page.Missing, "was not durable", e.Missing)
	add(page.Missing, "came too late: once it is done, the same crash does no harm", e.Late)
	add(page.Beside, "synced only the other half", e.Beside)
	add(page.Beside, "synced the file too early", e.Before)
	for i := range e.Steps {
		add("", "led up to it", &e.Steps[i])
	}
	return why
}

func siteOf(role page.Role, caption string, s *torture.Site) page.Site {
	return page.Site{Role: role, Caption: caption, Tick: s.Tick, Op: s.Op, Path: s.Path, Part: s.Part, Source: s.Source, Stack: s.Stack}
}

// siblingOf describes how an image that passes differs from one that fails.
func siblingOf(s *explain.Sibling) *page.Sibling {
	if s == nil {
		return nil
	}
	which := "The failing image"
	if s.Other {
		which = "A failing image of this crash"
	}
	lost := "nothing else"
	if others := s.Lost - 1; s.Kept && others > 0 {
		lost = wording.Plural(others, "other")
	}
	site := siteOf("", "", &s.Site)
	if s.Kept {
		return &page.Sibling{Kept: true, Site: site, Sentence: which + " lost this operation and " + lost + ". With this one on the disk and all else equal, the store recovers correctly."}
	}
	return &page.Sibling{Site: site, Sentence: which + " kept this operation. Had the power cut taken it as well, all else equal, the store would recover correctly."}
}
