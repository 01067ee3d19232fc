package reports

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// onPage returns a finding as the page shows it. The program is how the command is called, as in torture.Provenance.
func onPage(f torture.Finding, program string) page.Finding {
	on := page.Finding{
		Sentence: f.Sentence, Origin: wording.Origin(&f), Why: whyOf(f.Explanation),
		Evidence: f.Evidence[:min(len(f.Evidence), wording.MaxEvidence)], Crash: f.CrashTick, File: f.File,
		Trace: mapped(f.Trace, func(op torture.TraceLine) page.Op { return page.Op(op) }),
	}
	if f.ProfilesSentence != "" {
		on.Notes = append(on.Notes, f.ProfilesSentence)
	}
	if len(f.Limits) > 0 {
		on.Notes = append(on.Notes, fmt.Sprintf("Limits of the engine that the run had set: %s.", f.Limits))
	}
	if f.Token == "" {
		return on
	}
	on.Replay = replayCommand(program, f.Token)
	on.Fidelity = "One client: the token replays bit for bit."
	if f.Clients > 1 {
		on.Fidelity = wording.Plural(f.Clients, "client") + ": the token replays the same script and the same faults, " +
			"but the schedule is free. Add --attempts 20 to see how often it fails."
	}
	return on
}

// whyOf returns the order that was missing; nil if it is not known.
func whyOf(e *torture.Explanation) *page.Why {
	if e == nil {
		return nil
	}
	why := &page.Why{Sentence: e.Sentence}
	add := func(role page.Role, caption string, s *torture.Site) {
		if s != nil {
			why.Order = append(why.Order, page.Site{
				Role: role, Caption: caption, Tick: s.Tick, Op: s.Op, Path: s.Path, Part: s.Part, Source: s.Source, Stack: s.Stack,
			})
		}
	}
	first := "came first"
	if e.Missing == nil {
		first = "the crash came right after"
	}
	add(page.Missing, "without this it would not fail", e.Culprit)
	add(page.By, first, e.By)
	add(page.Missing, "was not durable", e.Missing)
	add(page.Beside, "synced only its other half", e.Beside)
	return why
}
