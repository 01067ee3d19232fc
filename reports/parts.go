package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/reports/page"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// partsOf returns the sections of the page below the figures. Goals that were reached, limits that were lowered and
// combinations that did not run are folded.
func partsOf(r *torture.Result) (parts []page.Part) {
	for _, p := range []page.Part{unanswered(r), worstPart(r), matrixPart(r), profilesPart(r), goalsPart(r), limitsPart(r), labPart(r), faultsPart(r)} {
		if len(p.List)+len(p.Tables)+len(p.Figures)+len(p.Courses) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// unanswered lists the reasons why the run or one of its cells is inconclusive.
func unanswered(r *torture.Result) page.Part {
	p := page.Part{ID: "unanswered", Title: "Unanswered"}
	var ofCells []string
	for _, c := range r.Cells {
		if len(c.Reasons) > 0 {
			p.List = append(p.List, page.Item{Name: c.Workload + " × " + c.Fault, Text: strings.Join(c.Reasons, "; ")})
		}
		for _, reason := range c.Reasons {
			ofCells = append(ofCells, fmt.Sprintf("%s × %s: %s", c.Workload, c.Fault, reason))
		}
	}
	var others []page.Item
	for _, reason := range r.Reasons {
		if !slices.Contains(ofCells, reason) {
			others = append(others, page.Item{Text: reason})
		}
	}
	p.List = append(others, p.List...)
	return p
}

// matrixPart shows the result of each workload under each fault. Faults tried with only one workload are listed apart from
// the grid, and combinations that did not run are folded.
func matrixPart(r *torture.Result) page.Part {
	m := matrixOf(r)
	p := page.Part{ID: "matrix", Title: "Matrix", Key: "The workloads under each fault. A cell counts the crash images judged, or the findings."}
	grid := page.Table{Legend: true, Head: append([]string{"fault"}, m.Workloads...)}
	single := page.Table{Caption: "Faults tried with one workload only", Text: true, Head: []string{"fault", "workload", "result"}}
	idle := page.Table{Folded: true, Text: true, Head: []string{"fault", "workloads that it was not tried with"}}
	for _, row := range m.Rows {
		var fields []page.Field
		var ran []int
		var left []string
		for i, f := range row.Fields {
			if f.State == absent {
				left = append(left, m.Workloads[i])
			} else {
				ran = append(ran, i)
			}
			fields = append(fields, page.Field{Text: f.Text, State: page.State(f.State.String()), Finding: f.Finding})
		}
		if len(left) > 0 {
			idle.Rows = append(idle.Rows, page.Row{Name: row.Fault, Fields: []page.Field{{Text: strings.Join(left, ", ")}}})
		}
		switch {
		case len(ran) == 1 && len(m.Workloads) > 2:
			single.Rows = append(single.Rows, page.Row{Name: row.Fault, Fields: []page.Field{{Text: m.Workloads[ran[0]]}, fields[ran[0]]}})
		case len(ran) > 0:
			grid.Rows = append(grid.Rows, page.Row{Name: row.Fault, Fields: fields})
		}
	}
	idle.Caption = fmt.Sprintf("%s not run", were(m.Count[absent], "combination"))
	for _, t := range []page.Table{grid, single, idle} {
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
	return p
}

func profilesPart(r *torture.Result) page.Part {
	p := page.Part{ID: "profiles", Title: "Crash profiles", Key: "A profile models how much of the unsynced data a filesystem may keep after a power cut. The same recordings are explored under each."}
	t := page.Table{Head: []string{"profile", "images", "crash points"}}
	for _, one := range profilesIn(r) {
		t.Rows = append(t.Rows, page.Row{Name: one.Name, Fields: []page.Field{{Text: one.Images}, {Text: one.CrashPoints}}})
	}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	}
	return p
}

// goalsPart lists the goals that were missed, and folds the others.
func goalsPart(r *torture.Result) page.Part {
	p := page.Part{ID: "goals", Title: "Goals", Key: "Dangerous situations, and the number of crash points at which power was cut in each."}
	missed, hit := page.Table{Caption: "Not reached"}, page.Table{Folded: true}
	for _, g := range r.Goals {
		row := page.Row{Name: g.Name, Fields: []page.Field{{Text: wording.Grouped(g.Points)}, {Text: g.Text}}}
		if g.Points == 0 {
			row.Fields[0].State = page.Unknown
			missed.Rows = append(missed.Rows, row)
		} else {
			hit.Rows = append(hit.Rows, row)
		}
	}
	hit.Caption = fmt.Sprintf("%d of %d reached", len(hit.Rows), len(r.Goals))
	p.Tables = withHead(missed, hit, "goal", "crash points", "situation")
	return p
}

// limitsPart lists the limits that no run lowered, and folds the others.
func limitsPart(r *torture.Result) page.Part {
	p := page.Part{ID: "engine-limits", Title: "Limits of the engine", Key: "Thresholds that runs lower in order to reach the code behind them, and the number of runs that did."}
	missed, set := page.Table{Caption: "At the default in all runs"}, page.Table{Folded: true}
	for _, l := range r.Limits {
		row := page.Row{Name: l.Name, Fields: []page.Field{{Text: wording.Grouped(l.Runs)}, {}, {}, {Text: wording.Grouped(l.Usual)}, {Text: l.Text}}}
		if l.Runs == 0 {
			row.Fields[0].State = page.Unknown
			missed.Rows = append(missed.Rows, row)
		} else {
			row.Fields[1].Text, row.Fields[2].Text = wording.Grouped(l.Lowest), wording.Grouped(l.Highest)
			set.Rows = append(set.Rows, row)
		}
	}
	set.Caption = fmt.Sprintf("%d of %d lowered", len(set.Rows), len(r.Limits))
	p.Tables = withHead(missed, set, "limit", "runs", "lowest", "highest", "default", "meaning")
	return p
}

// withHead gives both tables the same head and returns those that have rows. Their last column is prose.
func withHead(a, b page.Table, head ...string) (tables []page.Table) {
	for _, t := range []page.Table{a, b} {
		if t.Head, t.Text = head, true; len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

// labPart holds the figures of the lab itself, which say nothing about the engine.
func labPart(r *torture.Result) page.Part {
	return page.Part{ID: "lab", Title: "The lab itself", Figures: labFigures(r)}
}

func faultsPart(r *torture.Result) page.Part {
	p := page.Part{ID: "faults", Title: "Faults injected"}
	t := page.Table{Folded: true, Caption: fmt.Sprintf("%s, by kind", wording.Plural(sum(r.FaultsInjected), "fault")), Head: []string{"fault", "times"}}
	for _, i := range injections(r.FaultsInjected) {
		t.Rows = append(t.Rows, page.Row{Name: i.Name, Fields: []page.Field{{Text: i.Count}}})
	}
	if len(t.Rows) > 0 {
		p.Tables = []page.Table{t}
	}
	return p
}
