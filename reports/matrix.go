package reports

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/wording"
)

// state is the outcome of a cell of the matrix. The zero value is a combination that never ran.
type state uint8

const (
	absent state = iota
	passed
	unknown
	failed
)

var stateWords = [...]string{absent: "not run", passed: "pass", unknown: "unknown", failed: "fail"}

func (s state) String() string { return stateWords[s] }

// field is a cell of the matrix as shown.
type field struct {
	State   state
	Text    string // "✓ 512", "✗ 1", "? 2" or "·"
	Finding int    // number of the cell's first finding, counted from 1; 0 if it has none
}

// matrix is workload × fault. Faults are the rows, because there are more of them.
type matrix struct {
	Workloads []string
	Rows      []row
	Count     map[state]int // of fields
}

type row struct {
	Fault  string
	Fields []field
}

type place struct{ workload, fault string }

// matrixOf arranges the cells of r. Workloads and faults are in the order of their first cell.
func matrixOf(r *torture.Result) matrix {
	m := matrix{Count: map[state]int{}}
	cells := map[place]torture.Cell{}
	var faults []string
	for _, c := range cellsOf(r) {
		cells[place{c.Workload, c.Fault}] = c
		m.Workloads = appendNew(m.Workloads, c.Workload)
		faults = appendNew(faults, c.Fault)
	}
	first := firstFindings(r)
	for _, fault := range faults {
		line := row{Fault: fault}
		for _, workload := range m.Workloads {
			at := place{workload, fault}
			f := fieldOf(cells[at])
			f.Finding = first[at]
			m.Count[f.State]++
			line.Fields = append(line.Fields, f)
		}
		m.Rows = append(m.Rows, line)
	}
	return m
}

// cellsOf returns the cells of r, plus one for each finding whose cell is missing. A cell with a finding counts at least
// one, so that no finding is missing from the matrix and no cell that has one is shown as a pass.
func cellsOf(r *torture.Result) []torture.Cell {
	cells := slices.Clone(r.Cells)
	have := map[place]int{}
	for i, c := range cells {
		have[place{c.Workload, c.Fault}] = i + 1
	}
	for _, f := range r.Findings {
		at := place{f.Workload, f.Fault}
		if have[at] == 0 {
			cells = append(cells, torture.Cell{Workload: f.Workload, Fault: f.Fault})
			have[at] = len(cells)
		}
		cell := &cells[have[at]-1]
		cell.Findings = max(cell.Findings, 1)
	}
	return cells
}

// fieldOf returns what a cell shows. A failure outranks a missing answer, which outranks a pass.
func fieldOf(c torture.Cell) field {
	switch stateOf(c) {
	case failed:
		return field{State: failed, Text: "✗ " + wording.Grouped(c.Findings)}
	case unknown:
		return field{State: unknown, Text: "? " + wording.Grouped(max(c.Unknown, len(c.Reasons)))}
	case passed:
		return field{State: passed, Text: "✓ " + wording.Grouped(max(c.Images, c.Runs))}
	default:
		return field{State: absent, Text: "·"}
	}
}

func stateOf(c torture.Cell) state {
	switch {
	case c.Findings > 0:
		return failed
	case c.Unknown > 0 || len(c.Reasons) > 0:
		return unknown
	case c.Runs > 0:
		return passed
	default:
		return absent
	}
}

// firstFindings maps each cell with findings to the number of its first finding, counted from 1.
func firstFindings(r *torture.Result) map[place]int {
	first := map[place]int{}
	for i := range slices.Backward(r.Findings) {
		f := &r.Findings[i]
		first[place{f.Workload, f.Fault}] = i + 1
		for _, c := range r.Cells {
			if f.ShowsIn(c.Workload, c.Fault) {
				first[place{c.Workload, c.Fault}] = i + 1
			}
		}
	}
	return first
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
