package mutants

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Column is one way to run the lab: one fault alone, or every fault on a disk that is simpler than real ones.
type Column struct {
	Name   string   `json:"name"`   // of the fault or of the profile
	Flags  []string `json:"flags"`  // of the lab's command line
	Simple bool     `json:"simple"` // a simple profile

	times time.Duration // how many times as long as under one fault the lab may look
}

// SimpleProfiles are the disks that most test filesystems imitate: one forgets everything that was not synced, the other
// may keep some of it but never lets an unsynced removal or rename reach the disk.
var SimpleProfiles = []string{"lose-all", "late-removals"}

// manyTimes is how many times as long as under one fault the lab may look under all of them.
const manyTimes = 3

// Cell is what the lab found of one mutant in one column.
type Cell struct {
	Column  string  `json:"column"`
	Killed  bool    `json:"killed"`
	Seconds float64 `json:"seconds"` // until the first finding, or in vain
	Judge   string  `json:"judge,omitempty"`
	Class   string  `json:"class,omitempty"` // of the finding
}

// cells runs a mutant in every column. Its own flags take no part: a column is the same for all.
func (l *Lab) cells(ctx context.Context, binary string, m Mutant) ([]Cell, error) {
	if err := l.rule(ctx); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, column := range l.columns {
		a, err := l.run(ctx, binary, column.times*l.Each, column.Flags...)
		if err != nil {
			return nil, fmt.Errorf("%s under %s: %w", m.Name, column.Name, err)
		}
		cell := Cell{Column: column.Name, Killed: len(a.Findings) > 0, Seconds: a.ElapsedSeconds}
		if cell.Killed {
			cell.Judge, cell.Class = a.Findings[0].Judge, a.Findings[0].Class
		}
		cells = append(cells, cell)
	}
	return cells, nil
}

// sweep is the scenario in which every call of a short run fails in turn.
const sweep = "sweep"

// rule draws up the columns: one for each fault, one for the sweep, and the simple profiles. In each, the unchanged
// engine must pass.
func (l *Lab) rule(ctx context.Context) error {
	if l.columns != nil {
		return nil
	}
	binary, err := l.unchanged(ctx)
	if err != nil {
		return err
	}
	faults, err := l.faults(ctx, binary)
	if err != nil {
		return err
	}
	var columns []Column
	for _, name := range faults {
		columns = append(columns, Column{Name: name, Flags: []string{"--fault", name}, times: 1})
	}
	columns = append(columns, Column{Name: sweep, Flags: []string{"--scenario", sweep}, times: manyTimes})
	for _, name := range SimpleProfiles {
		columns = append(columns, Column{Name: name, Flags: []string{"--profile", name}, Simple: true, times: manyTimes})
	}
	for _, column := range columns {
		if err := l.mustBeSilent(ctx, column.times*l.Each, column.Flags...); err != nil {
			return fmt.Errorf("%s: %w", column.Name, err)
		}
	}
	l.columns = columns
	return nil
}

// faults returns the names of those that get a column: those that were asked for, or all that the lab lists.
func (l *Lab) faults(ctx context.Context, binary string) ([]string, error) {
	if len(l.Faults) > 0 {
		return l.Faults, nil
	}
	list, err := exec.CommandContext(ctx, binary, "list", "faults").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: list faults: %w", ErrLab, err)
	}
	var names []string
	for line := range strings.Lines(string(list)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		names = append(names, name)
	}
	return names, nil
}

// missedBy returns the mutants that were killed, but not in a column.
func missedBy(column string, outcomes []Outcome) []string {
	missed := []string{}
	for _, o := range outcomes {
		shows := slices.ContainsFunc(o.Cells, func(c Cell) bool { return c.Column == column && c.Killed })
		if o.Verdict == Killed && !shows {
			missed = append(missed, o.Mutant)
		}
	}
	return missed
}
