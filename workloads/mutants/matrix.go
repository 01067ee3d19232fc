package mutants

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Column is one way to run the lab: under one fault alone, or under all faults on a disk that is simpler than real
// ones.
type Column struct {
	Name   string   `json:"name"`   // a fault or a profile
	Flags  []string `json:"flags"`  // for the lab's command line
	Simple bool     `json:"simple"` // a simple profile

	factor time.Duration // the time limit of the column, as a multiple of that for one fault
}

// simpleProfiles are the disks that most test filesystems imitate. One loses everything that was not synced. The other
// may keep some of it, but never an unsynced removal or rename.
var simpleProfiles = []string{"lose-all", "late-removals"}

// allFaults is the factor of columns with all faults.
const allFaults = 3

// Cell is the result of one mutant in one column.
type Cell struct {
	Column  string  `json:"column"`
	Killed  bool    `json:"killed"`
	Seconds float64 `json:"seconds"` // until the first finding, or of the whole run
	Judge   string  `json:"judge,omitempty"`
	Class   string  `json:"class,omitempty"` // of the finding
}

// cells runs a mutant in every column. It ignores the mutant's own flags, so that a column means the same for all
// mutants.
func (l *Lab) cells(ctx context.Context, binary string, m Mutant) ([]Cell, error) {
	if err := l.chooseColumns(ctx); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, column := range l.columns {
		limit := column.factor * l.Each // also limits the quota, because a column shows what is found within that time
		a, err := l.run(ctx, binary, limit, append([]string{"--limit", limit.String()}, column.Flags...)...)
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

// sweep is the scenario in which each filesystem call of a short run fails in turn.
const sweep = "sweep"

// chooseColumns sets the columns: one per fault, one for the sweep, and one per simple profile. The unchanged engine
// must pass in every column.
func (l *Lab) chooseColumns(ctx context.Context) error {
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
		columns = append(columns, Column{Name: name, Flags: []string{"--fault", name}, factor: 1})
	}
	columns = append(columns, Column{Name: sweep, Flags: []string{"--scenario", sweep}, factor: allFaults})
	for _, name := range simpleProfiles {
		columns = append(columns, Column{Name: name, Flags: []string{"--profile", name}, Simple: true, factor: allFaults})
	}
	for _, column := range columns {
		if err := l.mustFindNothing(ctx, column.factor*l.Each, column.Flags...); err != nil {
			return fmt.Errorf("%s: %w", column.Name, err)
		}
	}
	l.columns = columns
	return nil
}

// faults returns the faults that get a column: those of l.Faults, or all that the lab lists.
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

// missedBy returns the killed mutants that were not killed in a column.
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
