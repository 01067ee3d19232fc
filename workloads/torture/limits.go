package torture

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// UsualLimits is the value of Options.Limits for runs that set no limit.
const UsualLimits = "usual"

// limitsOf returns what chooses the limits of a run from its seed.
func (o *Options) limitsOf(target *contract.Target) (func(seed uint64) contract.Limits, error) {
	switch {
	case o.Scenario != "" && o.Limits != "" && o.Limits != UsualLimits:
		return nil, fmt.Errorf("%w: scenario %q has the usual limits; leave --limits out", ErrConfig, o.Scenario)
	case o.Scenario != "" || o.Limits == UsualLimits:
		return func(uint64) contract.Limits { return nil }, nil
	case o.Limits == "":
		return target.DrawLimits, nil
	}
	limits, err := contract.ParseLimits(o.Limits)
	if err == nil {
		err = target.CheckLimits(limits)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return func(uint64) contract.Limits { return limits }, nil
}

// limitCounts counts the runs that set each limit.
type limitCounts []LimitCount

func newLimitCounts(target *contract.Target) limitCounts {
	counts := make(limitCounts, 0, len(target.Limits))
	for _, l := range target.Limits {
		counts = append(counts, LimitCount{Name: l.Name, Text: l.Text, Usual: l.Usual})
	}
	slices.SortFunc(counts, func(a, b LimitCount) int { return cmp.Compare(a.Name, b.Name) })
	return counts
}

// add counts a run.
func (c limitCounts) add(set contract.Limits) {
	for i := range c {
		n, ok := set[c[i].Name]
		if !ok {
			continue
		}
		if c[i].Runs == 0 {
			c[i].Lowest, c[i].Highest = n, n
		}
		c[i].Runs, c[i].Lowest, c[i].Highest = c[i].Runs+1, min(c[i].Lowest, n), max(c[i].Highest, n)
	}
}
