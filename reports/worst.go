package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// worstPart shows how the engine recovered from the worst power cuts. A failing report leaves it out, because its findings
// matter more.
func worstPart(r *torture.Result) page.Part {
	p := page.Part{ID: "worst", Title: "The worst power cuts, and how the store recovered"}
	if r.Worst == nil || r.Verdict == checker.Fail {
		return p
	}
	p.Key = fmt.Sprintf("In each, the disk lost everything that was not synced, which is the worst that a power cut can do at that moment. Of %s "+
		"whose recovery was followed call by call, these lost the most or took the most work. Everything acknowledged as synced must be there.",
		wording.Plural(r.Worst.Looked, "power cut"))
	for i := range r.Worst.Recoveries {
		p.Courses = append(p.Courses, courseOf(&r.Worst.Recoveries[i]))
	}
	return p
}

func courseOf(w *worst.Recovery) page.Course {
	c := page.Course{
		Title: strings.Join(w.Why, ", "),
		Note:  fmt.Sprintf("%s × %s, profile %s, seed %d: power was cut after operation %s of %s.", w.Workload, w.Fault, w.Profile, w.Seed, wording.Grouped(w.Tick), wording.Grouped(w.Of)),
		Stages: []page.Stage{
			taken(w),
			work(w, "Recovery read", worst.Read, worst.Replay),
			work(w, "It wrote", worst.Write, worst.Create, worst.Truncate, worst.Rename, worst.Link, worst.Sync),
			work(w, "It removed", worst.Remove),
			opened(w), kept(w),
		},
		Tables: []page.Table{stepsOf(w)},
	}
	if w.Gone > 0 {
		c.Tables = append([]page.Table{lostOf(w)}, c.Tables...)
	}
	return c
}

// taken is the stage that says what the power cut took.
func taken(w *worst.Recovery) page.Stage {
	s := page.Stage{Caption: "The power cut took", Text: wording.Plural(w.LostCalls, "call"), Items: []string{"not covered by any sync"}}
	if w.LostBytes > 0 {
		s.Text += ", " + byteSize(uint64(w.LostBytes))
	}
	return s
}

// verbs says in words what each kind of step did.
var verbs = map[string]string{
	worst.Replay: "replayed", worst.Read: "read", worst.Write: "wrote", worst.Create: "created", worst.Truncate: "truncated", worst.Rename: "renamed",
	worst.Link: "linked", worst.Sync: "synced", worst.Remove: "removed", worst.List: "listed",
}

// maxItems is the number of files that a stage names.
const maxItems = 5

// work is a stage made of the recovery steps of the given kinds, with a line per file and kind.
func work(w *worst.Recovery, caption string, kinds ...string) page.Stage {
	files := worked(w, kinds)
	bytes := 0
	for _, f := range files {
		bytes += f.bytes
	}
	s := page.Stage{Caption: caption, Text: "nothing"}
	switch {
	case bytes > 0:
		s.Text = byteSize(uint64(bytes))
	case len(files) > 0:
		s.Text = wording.Plural(len(files), "file")
	}
	for i, f := range files {
		if i == maxItems && len(files) > maxItems+1 {
			s.Items = append(s.Items, fmt.Sprintf("and %d more", len(files)-maxItems))
			break
		}
		line := verbs[f.kind] + " " + f.path
		if f.bytes > 0 {
			line += ", " + byteSize(uint64(f.bytes))
		}
		s.Items = append(s.Items, line)
	}
	return s
}

// workedFile is what the recovery steps of one kind did to a file.
type workedFile struct {
	kind, path string
	bytes      int
}

// worked returns what the recovery steps of the given kinds did, kind by kind, to each file in the order of the steps.
func worked(w *worst.Recovery, kinds []string) (files []workedFile) {
	for _, kind := range kinds {
		for _, step := range w.Steps {
			if step.Kind != kind {
				continue
			}
			at := slices.IndexFunc(files, func(f workedFile) bool { return f.kind == kind && f.path == step.Path })
			if at < 0 {
				at, files = len(files), append(files, workedFile{kind: kind, path: step.Path})
			}
			files[at].bytes += step.Bytes
		}
	}
	return files
}

// opened is the stage that says how long the store took to open.
func opened(w *worst.Recovery) page.Stage {
	s := page.Stage{
		Caption: "It opened in", Text: lasted(w.OpenSeconds),
		Items: []string{wording.Plural(w.Calls, "filesystem call"), fmt.Sprintf("%s then read in %s", wording.Plural(w.Keys, "key"), lasted(w.ReadSeconds))},
	}
	if w.Again {
		s.Items = append(s.Items, "closed and opened again, it has the same contents")
	}
	return s
}

// kept is the stage that says what the recovered store has.
func kept(w *worst.Recovery) page.Stage {
	s := page.Stage{Caption: "Promised, and there", Text: fmt.Sprintf("%d of %s", w.Synced, wording.Plural(w.Synced, "synced commit"))}
	if w.Gone > 0 {
		s.Items = append(s.Items, wording.Plural(w.Gone, "unsynced commit")+" lost, as allowed")
	} else {
		s.Items = append(s.Items, "nothing that was acknowledged is lost")
	}
	if w.InFlight > 0 {
		s.Items = append(s.Items, wording.Plural(w.InFlight, "commit")+" in flight: each is there as a whole or not at all")
	}
	return s
}

// reasons says why a power cut may take a commit, by the durability that its client asked for.
var reasons = map[history.Durability]string{
	history.NoSync:   "committed without sync, and no sync followed: it must survive the end of the process, but not a power cut",
	history.Buffered: "committed to memory only, and no sync followed",
}

func lostOf(w *worst.Recovery) page.Table {
	t := page.Table{Folded: true, Text: true, Caption: fmt.Sprintf("What was lost, and why that is allowed (%d)", w.Gone), Head: []string{"commit", "acknowledged at", "what it wrote", "why it may be lost"}}
	for _, l := range w.Lost {
		t.Rows = append(t.Rows, page.Row{Name: fmt.Sprintf("#%d", l.ID), Fields: []page.Field{{Text: "tick " + wording.Grouped(l.Acked)}, {Text: l.Text}, {Text: reasons[l.Durability]}}})
	}
	if left := w.Gone - len(w.Lost); left > 0 {
		t.Rows = append(t.Rows, page.Row{Name: fmt.Sprintf("and %d more", left), Fields: make([]page.Field, len(t.Head)-1)})
	}
	return t
}

func stepsOf(w *worst.Recovery) page.Table {
	t := page.Table{Folded: true, Text: true, Caption: fmt.Sprintf("Recovery step by step (%d)", len(w.Steps)+w.More), Head: []string{"step", "calls", "bytes", "file"}}
	for i, step := range w.Steps {
		bytes, path := "", step.Path
		if step.Bytes > 0 {
			bytes = wording.Grouped(step.Bytes)
		}
		if step.To != "" {
			path += " → " + step.To
		}
		t.Rows = append(t.Rows, page.Row{Name: fmt.Sprintf("%d. %s", i+1, cmp.Or(verbs[step.Kind], step.Kind)), Fields: []page.Field{{Text: wording.Grouped(step.Calls)}, {Text: bytes}, {Text: path}}})
	}
	if w.More > 0 {
		t.Rows = append(t.Rows, page.Row{Name: fmt.Sprintf("and %d more", w.More), Fields: make([]page.Field, len(t.Head)-1)})
	}
	return t
}

// lasted formats a short time with three digits: "412 µs".
func lasted(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	for unit := time.Duration(1); unit < time.Hour; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.String()
}
