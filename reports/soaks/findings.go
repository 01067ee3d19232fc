package soaks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// findingOf converts a finding for the page.
func findingOf(s *Soak, f *ledger.Finding) page.Finding {
	on := page.Finding{
		Sentence: f.Sentence, File: s.Evidence(f),
		Origin: fmt.Sprintf("%s: %s, in %s × %s; %s; first seen %s in lap %d on build %s, last seen %s in lap %d on build %s", f.Judge, f.Class, f.Workload,
			f.Fault, f.State, moment(f.First.Time), f.First.Lap, f.First.Build, moment(f.Last.Time), f.Last.Lap, f.Last.Build),
		Notes: []string{fmt.Sprintf("Shown by %s of %s; %s.", wording.Plural(f.Images, "image"), wording.Plural(f.Laps, "lap"), reproduced(f))},
	}
	if f.Returns > 0 {
		on.Notes = append(on.Notes, fmt.Sprintf("It came back %s after being resolved.", wording.Plural(f.Returns, "time")))
	}
	if again := cmp.Or(f.Token, s.Evidence(f)); again != "" {
		on.Replay = cmp.Or(s.Binary, "lightning-torture") + " replay " + again
	}
	return on
}

// reproduced says how often replays reproduced a finding.
func reproduced(f *ledger.Finding) string {
	if f.Attempts == 0 {
		return "not replayed yet"
	}
	return fmt.Sprintf("reproduced in %d of %s", f.Hits, wording.Plural(f.Attempts, "replay"))
}

// lives shows the history of each finding, the open ones first.
func lives(s *Soak) page.Part {
	t := page.Table{Text: true, Head: []string{"finding", "state", "first seen", "last seen", "per day", "reproduced", "what"}}
	number := 0
	var settled []page.Row
	for i := range s.Findings {
		f := &s.Findings[i]
		state := page.Field{Text: "✗ " + string(f.State), State: page.Failed}
		link := page.Field{Text: f.Sentence}
		switch {
		case s.open(f):
			number++
			link.Finding = number
		case f.State == ledger.Resolved:
			state = page.Field{Text: "✓ " + string(f.State), State: page.Passed}
		default:
			state = page.Field{Text: "known: " + s.Known[f.ID].Reason}
		}
		row := page.Row{Name: f.ID, Fields: []page.Field{
			state, {Text: moment(f.First.Time)}, {Text: moment(f.Last.Time)}, {Text: byDay(f.Days)}, {Text: fmt.Sprintf("%d of %d", f.Hits, f.Attempts)}, link,
		}}
		if link.Finding > 0 {
			t.Rows = append(t.Rows, row)
		} else {
			settled = append(settled, row)
		}
	}
	t.Rows = append(t.Rows, settled...)
	p := page.Part{ID: "lives", Title: "History of findings", Key: "A finding is new when first seen, ongoing when seen again, resolved when replays on the current build no longer reproduce it, and regressed when seen after that."}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	}
	return p
}

// maxDays is the number of days shown; earlier ones are left out.
const maxDays = 5

// byDay says how often a finding was seen on each of the last days on which it was seen: "11-28: 4, 11-29: 12".
func byDay(days map[string]int) string {
	all := slices.Sorted(maps.Keys(days))
	var parts []string
	for _, d := range all[max(0, len(all)-maxDays):] {
		parts = append(parts, fmt.Sprintf("%s: %d", d[max(0, len(d)-5):], days[d]))
	}
	return strings.Join(parts, ", ")
}
