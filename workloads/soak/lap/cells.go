package lap

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/soak/canary"
	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/measure"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// lap tries the canary and then does the cells. It does none if the canary was not caught. It stops after a cell in which the engine
// hung, because the hanging goroutines are still there and would disturb the next cells.
func (w *Worker) lap(ctx context.Context) error {
	if w.Job.Canary {
		caught, err := w.tryCanary(ctx)
		if err != nil || !caught {
			return err
		}
	}
	if len(w.Job.Cells) == 0 {
		return nil
	}
	cells, err := w.Job.Spec.Cells(w.target, w.Job.Lap)
	if err != nil {
		return err
	}
	if len(cells) != w.Job.Of {
		return fmt.Errorf("%w: lap %d has %d cells in this binary, and had %d: the matrix has changed; begin a new soak", torture.ErrConfig, w.Job.Lap,
			len(cells), w.Job.Of)
	}
	for _, i := range w.Job.Cells {
		hung, err := w.cell(ctx, i, cells[i])
		if err != nil || hung || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) tryCanary(ctx context.Context) (caught bool, err error) {
	if err := w.Tell.Tell(Message{Begin: &Begin{What: "canary"}}); err != nil {
		return false, err
	}
	try := w.Canary
	switch {
	case try != nil:
	case w.subject != nil:
		try = w.subject.Canary
	default:
		try = canary.Try
	}
	began := time.Now()
	s, err := try(ctx, w.Job.Spec.Options(w.Job.Lap).Seed)
	if err != nil || ctx.Err() != nil {
		return false, err
	}
	told := &ledger.Canary{Lap: w.Job.Lap, Caught: s.Caught, Images: s.Images, Seconds: time.Since(began).Seconds(), Reason: s.Reason}
	return s.Caught, w.Tell.Tell(Message{Canary: told})
}

// cell runs a cell and reports whether the engine hung.
func (w *Worker) cell(ctx context.Context, i int, names torture.Cell) (hung bool, err error) {
	place := &Place{i, names.Workload, names.Fault}
	if err := w.Tell.Tell(Message{Begin: &Begin{What: names.Workload + " × " + names.Fault, Cell: place}}); err != nil {
		return false, err
	}
	began := time.Now()
	before, _ := measure.Used() // what cannot be measured is left out
	var c *ledger.Cell
	if w.subject != nil {
		if c, err = w.program(ctx, i, names); err == nil && c != nil {
			c.Seconds = time.Since(began).Seconds()
		}
	} else {
		c, hung, err = w.engine(ctx, i, names)
	}
	if err != nil || ctx.Err() != nil {
		return false, err
	}
	w.done = w.work.Load()
	if after, err := measure.Used(); err == nil {
		c.CPUSeconds = (after - before).Seconds()
	}
	c.Lap, c.Cell = w.Job.Lap, i
	for j := range c.Findings {
		w.known[c.Findings[j].ID] = true
	}
	return hung, w.Tell.Tell(Message{Cell: c})
}

// engine does a cell of an engine.
func (w *Worker) engine(ctx context.Context, i int, names torture.Cell) (c *ledger.Cell, hung bool, err error) {
	o := w.Job.Spec.CellOptions(w.Job.Lap, i, w.Job.Of)
	o.Dir, o.Workers, o.Running, o.Progress = w.Job.Dir, w.Job.Workers, w.Running, w.watch
	o.Known = func(id string) bool { return w.Job.Full || w.known[id] }
	r, err := torture.Check(ctx, w.target, o)
	if err != nil || ctx.Err() != nil {
		return nil, false, err
	}
	c = cellOf(r, names)
	c.Seed = o.Seed
	for _, f := range r.Findings {
		hung = hung || f.Class == "hang"
	}
	return c, hung, nil
}

// cellOf returns the ledger's record of a result.
func cellOf(r *torture.Result, names torture.Cell) *ledger.Cell {
	c := &ledger.Cell{
		Workload: names.Workload, Fault: names.Fault, Reasons: r.Reasons, Runs: r.Runs, CrashPoints: r.CrashPoints, Exhaustive: r.ExhaustivePoints,
		Images: r.Images, Nested: r.NestedImages, BytesLost: r.BytesLost, Seconds: r.ElapsedSeconds, TraceHash: r.TraceHash,
		OpenSeconds: r.Spent.Open, Shapes: r.Seen[:min(len(r.Seen), distinct.Max)], Profiles: map[string]int{}, Goals: map[string]int{},
	}
	switch r.Verdict {
	case checker.Pass:
		c.Outcome = ledger.Passed
	case checker.Fail:
		c.Outcome = ledger.Failed
	case checker.Inconclusive:
		c.Outcome = ledger.Unclear
	}
	for name, n := range r.Profiles {
		if n.Images > 0 {
			c.Profiles[name] = n.Images
		}
	}
	for _, g := range r.Goals {
		if g.Points > 0 {
			c.Goals[g.Name] = g.Points
		}
	}
	for i := range r.Findings {
		c.Findings = append(c.Findings, SightingOf(&r.Findings[i]))
	}
	c.Reasons = slices.Clip(c.Reasons[:min(len(c.Reasons), maxReasons)])
	return c
}

// Limits that keep a cell within a line of the ledger.
const (
	maxReasons  = 8
	maxSentence = 1000
)

// SightingOf returns the ledger's record of a finding.
func SightingOf(f *torture.Finding) ledger.Sighting {
	return ledger.Sighting{
		ID: f.ID, Judge: f.Judge, Class: f.Class, Sentence: strings.ToValidUTF8(f.Sentence[:min(len(f.Sentence), maxSentence)], ""), Workload: f.Workload, Fault: f.Fault,
		Token: f.Token, File: f.File, Count: f.Count,
	}
}
