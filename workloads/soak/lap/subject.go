package lap

import (
	"context"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Subject tortures the program of a campaign. This package tortures engines itself.
type Subject interface {
	// Cell does a cell and returns its record without the lap, the number, the names and the time. An error says that there is no result.
	Cell(ctx context.Context, t *Task) (*ledger.Cell, error)
	// Again repeats the cell that a saved finding is from, up to the given number of times until it shows again. It sets
	// told.Attempts and told.Hits.
	Again(ctx context.Context, t *Task, attempts int, told *ledger.Replay) error
	// Canary looks for the planted bug of a program of this kind.
	Canary(ctx context.Context, seed uint64) (canary.Sight, error)
}

// Task is a cell of a program.
type Task struct {
	Spec           *campaign.Spec
	Profile, Fault string
	Seed           uint64
	Dir            string                  // findings are saved below it
	Workers        int                     // recoveries at once; 0 means one per CPU
	Save           func(id string) bool    // whether a finding needs evidence
	Progress       func(recoveries uint64) // called with the number of recoveries so far
	Finding        string                  // the file of the finding; for Again only
}

// choose finds the target, or the subject of the program, that the job is about.
func (w *Worker) choose() (err error) {
	if p := w.Job.Spec.Program; p != nil {
		if w.Programs == nil {
			return fmt.Errorf("%w: this binary does not torture programs, such as %s", torture.ErrConfig, w.Job.Spec.Engine)
		}
		w.subject, err = w.Programs(p)
		return err
	}
	for _, t := range w.Targets {
		if t.Name == w.Job.Spec.Engine {
			w.target = t
			return nil
		}
	}
	return fmt.Errorf("%w: this binary has no engine %q", torture.ErrConfig, w.Job.Spec.Engine)
}

// task returns the task for the subject.
func (w *Worker) task() *Task {
	return &Task{
		Spec: &w.Job.Spec, Dir: w.Job.Dir, Workers: w.Job.Workers,
		Save:     func(id string) bool { return !w.Job.Full && !w.known[id] },
		Progress: func(recoveries uint64) { w.work.Store(w.done + recoveries) },
	}
}

// program does a cell of a program. A program that cannot be run or judged makes the cell unclear. In the first cell of a
// process it is an error instead, because the other cells would probably fail likewise.
func (w *Worker) program(ctx context.Context, i int, names torture.Cell) (*ledger.Cell, error) {
	t := w.task()
	t.Profile, t.Fault, t.Seed = names.Workload, names.Fault, w.Job.Spec.CellSeed(w.Job.Lap, i)
	c, err := w.subject.Cell(ctx, t)
	if err != nil && ctx.Err() == nil && i != w.Job.Cells[0] {
		c, err = &ledger.Cell{Outcome: ledger.Unclear, Reasons: []string{err.Error()}}, nil
	}
	if err != nil || ctx.Err() != nil {
		return nil, err
	}
	c.Seed, c.Workload, c.Fault = t.Seed, names.Workload, names.Fault
	for j := range c.Findings {
		c.Findings[j].Workload, c.Findings[j].Fault = names.Workload, names.Fault
	}
	return c, nil
}
