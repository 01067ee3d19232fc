package torture

import (
	"context"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/survey"
)

// A rule that the user names must hit calls of the engine; otherwise it is refused, with a list of what would match.
// First a survey looks for a call with the operation and name of the rule, in a few runs without faults and in
// recoveries from their crashes. A rule that matches no call at all is refused then; a workload without such a call is
// left out if another workload has one. The remaining conditions of a rule, such as nth, are tried in its runs. If the
// rule was injected in none of them, it is refused after the runs.

// surveyRuns is the number of runs of a workload after which a survey concludes that the workload makes no call of
// some kind.
const surveyRuns = 6

// survey returns an ErrConfig for a rule that matches no call, and drops the cells whose workload makes no matching
// call.
func (c *campaign) survey(ctx context.Context) error {
	names, rules := c.namedRules()
	if len(rules) == 0 || c.opts.Scenario != "" {
		return nil
	}
	seen := survey.New(rules)
	for n := range surveyRuns {
		for _, cell := range c.cells {
			w := cell.Result.Workload
			if cell.Result.Fault != names[0] || !seen.Lacks(w) || c.ended(ctx) {
				continue
			}
			if well, err := c.look(ctx, cell, n, seen); err != nil || !well {
				return err // the runs themselves will report the problem
			}
		}
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // an interrupted survey refuses nothing
	}
	for i := range rules {
		if why := seen.Refusal(i); why != "" {
			return fmt.Errorf("%w: %s", ErrConfig, why)
		}
	}
	c.cells = slices.DeleteFunc(c.cells, func(cell *cell) bool {
		i := slices.Index(names, cell.Result.Fault)
		return i >= 0 && !seen.Met(i, cell.Result.Workload)
	})
	c.progress.cells = len(c.cells)
	return nil
}

// namedRules returns the faults that are rules named by the user.
func (c *campaign) namedRules() (names []string, rules []*faultfs.Rule) {
	for _, name := range c.opts.Faults {
		if f, err := plan.FaultNamed(name); err == nil && f.Named() != nil {
			names, rules = append(names, name), append(rules, f.Named())
		}
	}
	return names, rules
}

// look surveys a run of the workload of a cell, and reports whether it went well.
func (c *campaign) look(ctx context.Context, cell *cell, n int, seen *survey.Survey) (bool, error) {
	seed := childSeed(c.opts.Seed, cell.Result.Workload, "survey", n) & (1<<32 - 1)
	size := chooseSize(c.opts, seed, n)
	size.Largest = c.target.Largest
	p, err := plan.Resolve(plan.Spec{
		Workload: cell.Result.Workload, Fault: Faults()[0].Name, Profile: c.opts.Profile, Device: c.opts.Device, Seed: seed,
		Size: size, Limits: c.limits(seed),
	})
	if err != nil {
		return false, err
	}
	if c.isLost(p.Spec) {
		return true, nil
	}
	limit, cancel := c.recordingLimit(ctx)
	defer cancel()
	return seen.Look(limit, c.target, p, c.opts.Patience, func(tick uint64) { c.running(0, p.Spec, tick) }), nil
}

// isNamed reports whether the fault of a cell is a rule named by the user. If such a rule hits nothing in any draw, the
// cell gets no further runs.
func isNamed(cell *cell) bool {
	f, err := plan.FaultNamed(cell.Result.Fault)
	return err == nil && f.Named() != nil
}

// settleNamed returns an ErrConfig if a fault that is a rule of the user was injected nowhere, although runs of all
// its cells were explored. If it was injected in some cells, the others are dropped: their workload may never get that
// far.
func (c *campaign) settleNamed(ctx context.Context, name string) error {
	f, err := plan.FaultNamed(name)
	if err != nil || f.Named() == nil || c.ended(ctx) {
		return nil //nolint:nilerr // cells of a sweep have different names
	}
	missed := func(cell *cell) bool {
		return cell.Result.Fault == name && len(cell.Result.Injected) == 0 && cell.Result.Findings == 0
	}
	runs, matched, hit := 0, uint64(0), false
	for _, cell := range c.cells {
		if cell.Result.Fault == name {
			runs, matched, hit = runs+cell.Drawn, max(matched, cell.Matched), hit || !missed(cell)
		}
	}
	if !hit && c.findings.len() == 0 {
		why := fmt.Sprintf("at most %d calls of a run have its operation and name at the right time; leave out the conditions that are never met", matched)
		if matched == 0 {
			why = "calls have its operation and name, but never in the state and at the time that it asks for; leave out these conditions, or " +
				"add the rule that brings that state about"
		}
		return fmt.Errorf("%w: the rule %q was injected into none of %d runs and none of their recoveries: %s", ErrConfig, f.Named(), runs, why)
	}
	if hit {
		c.cells = slices.DeleteFunc(c.cells, missed)
		c.progress.cells = len(c.cells)
	}
	return nil
}
