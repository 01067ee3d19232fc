package torture

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/hints"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// How many operations and loaded keys the run of an audit has, unless Options says otherwise: enough to meet flushes and
// compactions.
const (
	auditOps  = 100
	auditKeys = 900
)

// Audit runs each workload once, without a fault, and says what was not durable whenever the store acknowledged a
// commit that has to survive a power cut. It recovers nothing and judges nothing; it returns hints (package hints).
//
// The runs have one client, so everything written between two acknowledgements was written for the second of them. Only
// the options Workloads, Profile, Device, Seed, Ops, Keys, Limits and Patience have an effect. The errors are those of
// Check, and that of ctx once it is done.
func Audit(ctx context.Context, target Target, opts Options) (*hints.Report, error) {
	c, err := newCampaign(target, Options{
		Workloads: opts.Workloads, Faults: []string{"power"}, Profile: opts.Profile, Device: opts.Device, Seed: opts.Seed, Rounds: 1,
		Clients: 1, Ops: cmp.Or(opts.Ops, auditOps), Keys: opts.Keys, Limits: opts.Limits, Patience: opts.Patience,
	})
	if err != nil {
		return nil, err
	}
	report := &hints.Report{
		Engine: target.Name, Profile: c.opts.Profile, Device: c.opts.Device, Seed: c.opts.Seed, Runs: []hints.Workload{},
	}
	var list hints.List
	for _, cell := range c.cells {
		r, err := c.recordForAudit(ctx, cell)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		run := hints.Workload{Name: cell.Result.Workload}
		if len(r.Problems) > 0 {
			run.Ended = r.Problems[0].Sentence
		}
		acked := acksOf(r, &target)
		run.Acknowledgements = len(acked)
		list.Add(hintsOf(r, &target, acked))
		report.Runs = append(report.Runs, run)
		report.Acknowledgements += len(acked)
	}
	c.workDir.ComeBack()
	report.Hints = list.Hints()
	return report, nil
}

// recordForAudit records the one run of a workload.
func (c *campaign) recordForAudit(ctx context.Context, cell *cell) (*record.Recording, error) {
	size := workloads.Size{Clients: c.opts.Clients, Ops: c.opts.Ops, Keys: cmp.Or(c.opts.Keys, auditKeys), ValueBytes: 100}
	if c.opts.oneByOne && c.opts.Keys == 0 {
		size.Keys /= batchKeys
	}
	seed := childSeed(c.opts.Seed, cell.Result.Workload, "audit") & (1<<32 - 1)
	return c.runOnce(ctx, cell, plan.Spec{Fault: cell.Result.Fault, Seed: seed, Size: size}, record.Run)
}

// acksOf returns the acknowledgements of a run that have to survive a power cut.
func acksOf(r *record.Recording, target *Target) (acks []hints.Ack) {
	if r.Plan.Fault.Rule(target.Promises).Lower != checker.SyncedMustSurvive {
		return nil
	}
	for i := range r.History {
		op := &r.History[i]
		if op.Outcome != history.Acked || op.Durability != history.Sync || !op.Wrote() && op.Kind != history.Barrier && op.Kind != history.Close {
			continue
		}
		text := fmt.Sprintf("%s #%d", op.Kind, op.ID)
		if op.Wrote() {
			text += fmt.Sprintf(" (%s)", checker.Contents(op))
		}
		acks = append(acks, hints.Ack{Tick: uint64(op.Return), Text: text})
	}
	slices.SortStableFunc(acks, func(a, b hints.Ack) int { return cmp.Compare(a.Tick, b.Tick) })
	return acks
}

// hintsOf returns what an audit needs to know about a run. One hint covers all operations made by the same line of the engine.
func hintsOf(r *record.Recording, target *Target, acks []hints.Ack) *hints.Run {
	site := explain.Sites(target.Packages, r.Trace)
	return &hints.Run{
		Trace: r.Trace, Acks: acks, Model: r.Plan.Model,
		Alike: func(op *faultfs.Op) string {
			at := site(op)
			return at.Op + " " + cmp.Or(at.Source+at.From, at.Path)
		},
		Place: func(op *faultfs.Op) (source, from string) {
			at := site(op)
			return at.Source, at.From
		},
	}
}
