package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
	"github.com/lightningdb/lightning-torture/workloads/torture/worst"
)

// worstPart shows what the engine made of the worst disks that a power cut left it. A failing report has findings to show in its
// place.
func worstPart(r *torture.Result) page.Part {
	p := page.Part{ID: "worst", Title: "The worst power cuts, and what recovery made of them"}
	if r.Worst == nil || r.Verdict == checker.Fail {
		return p
	}
	p.Key = fmt.Sprintf("In each, the disk has lost everything that was not synced: nothing worse can be left at that moment. Of %s that were "+
		"followed call by call, these lost or cost the most. What was acknowledged as synced must be there.", wording.Plural(r.Worst.Looked, "power cut"))
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

// taken is the stage in which power was cut.
func taken(w *worst.Recovery) page.Stage {
	s := page.Stage{Caption: "The power cut took", Text: wording.Plural(w.LostCalls, "call"), Items: []string{"that no sync had covered"}}
	if w.LostBytes > 0 {
		s.Text += ", " + byteSize(uint64(w.LostBytes))
	}
	return s
}

// verbs are what recovery did with a file, for a reader.
var verbs = map[string]string{
	worst.Replay: "replayed", worst.Read: "read", worst.Write: "wrote", worst.Create: "made", worst.Truncate: "truncated", worst.Rename: "renamed",
	worst.Link: "linked", worst.Sync: "synced", worst.Remove: "removed", worst.List: "listed",
}

// maxItems is how many files a stage names.
const maxItems = 5

// work is a stage in which recovery did what some kinds of steps do: a line for each file.
func work(w *worst.Recovery, caption string, kinds ...string) page.Stage {
	type file struct {
		path, verb string
		bytes      int
	}
	var files []*file
	known := map[file]*file{}
	bytes := 0
	for _, kind := range kinds {
		for i := range w.Steps {
			step := &w.Steps[i]
			if step.Kind != kind {
				continue
			}
			bytes += step.Bytes
			key := file{path: step.Path, verb: kind}
			if known[key] == nil {
				known[key] = &file{path: step.Path, verb: kind}
				files = append(files, known[key])
			}
			known[key].bytes += step.Bytes
		}
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
		line := verbs[f.verb] + " " + f.path
		if f.bytes > 0 {
			line += ", " + byteSize(uint64(f.bytes))
		}
		s.Items = append(s.Items, line)
	}
	return s
}

// opened is the stage in which the store was open.
func opened(w *worst.Recovery) page.Stage {
	s := page.Stage{
		Caption: "It was open after", Text: lasted(w.OpenSeconds),
		Items: []string{wording.Plural(w.Calls, "call") + " of the disk", fmt.Sprintf("%s read in %s after that", wording.Plural(w.Keys, "key"), lasted(w.ReadSeconds))},
	}
	if w.Again {
		s.Items = append(s.Items, "closed and opened once more, it shows the same")
	}
	return s
}

// kept is the stage that says what is there in the end.
func kept(w *worst.Recovery) page.Stage {
	s := page.Stage{Caption: "Promised, and there", Text: fmt.Sprintf("%d of %s", w.Synced, wording.Plural(w.Synced, "synced commit"))}
	if w.Gone > 0 {
		s.Items = append(s.Items, wording.Plural(w.Gone, "commit")+" lost that nobody had asked to sync: allowed")
	} else {
		s.Items = append(s.Items, "nothing that was acknowledged is lost")
	}
	if w.InFlight > 0 {
		s.Items = append(s.Items, wording.Plural(w.InFlight, "commit")+" not answered yet: there or not, as a whole")
	}
	return s
}

// reasons say why a power cut may take a commit, by what its client asked for.
var reasons = map[history.Durability]string{
	history.NoSync:   "its client did not ask for a sync, and none had followed: it promises to survive the end of the process, and not a power cut",
	history.Buffered: "its client let the store keep it in memory, and no sync had followed",
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

// lasted writes a time that is short: "412 µs".
func lasted(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	for unit := time.Duration(1); unit < time.Hour; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.String()
}
