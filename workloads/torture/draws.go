package torture

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// batchKeys divides the number of keys loaded into a store whose batches are not atomic. There, each key is a commit
// of its own, perhaps with its own sync. With all keys, runs would have ten times as many crash points, and findings
// would take ten times as long to explain.
const batchKeys = 10

// chooseSize picks the sizes that o leaves open. In turn, runs are large enough for tables on several levels, small
// enough to be explored completely, and tiny.
func chooseSize(o Options, seed uint64, round int) workloads.Size {
	rng := rand.New(rand.NewPCG(seed, 1))
	size := workloads.Size{Clients: 1 + rng.IntN(4), ValueBytes: 100}
	switch (round + int(seed%1024)) % 6 {
	case 0:
		size.Clients = min(size.Clients, 2)
		size.Ops, size.Keys = 2+rng.IntN(3), rng.IntN(3)
	case 1:
		size.Ops, size.Keys = 10+rng.IntN(20), 300+rng.IntN(600)
	default:
		size.Ops, size.Keys = 40+rng.IntN(40), 1500+rng.IntN(1500)
	}
	if o.oneByOne {
		size.Keys /= batchKeys
	}
	if o.Clients != 0 {
		size.Clients = o.Clients
	}
	if o.Ops != 0 {
		size.Ops = o.Ops
	}
	if o.Keys != 0 {
		size.Keys = o.Keys
	}
	return size
}

// largestSize returns the largest size of a run under o.
func largestSize(o Options) workloads.Size {
	return workloads.Size{Clients: cmp.Or(o.Clients, 4), Ops: cmp.Or(o.Ops, 80), Keys: cmp.Or(o.Keys, 3000), ValueBytes: 100}
}

// childSeed derives a seed from a seed and labels, so that the draws of one part do not depend on those of others.
func childSeed(seed uint64, labels ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed)
	for _, l := range labels {
		fmt.Fprintf(h, "|%v", l)
	}
	return h.Sum64()
}

// UsualLimits is the value of Options.Limits under which runs set no limits.
const UsualLimits = "usual"

// limitsOf returns a function that chooses the limits of a run from its seed.
func (o *Options) limitsOf(target *contract.Target) (func(seed uint64) contract.Limits, error) {
	switch {
	case o.Scenario != "" && o.Scenario != plan.SmallName && o.Limits != "" && o.Limits != UsualLimits:
		return nil, fmt.Errorf("%w: scenario %q always has the usual limits; leave out --limits", ErrConfig, o.Scenario)
	case o.Scenario != "" && o.Limits == "" || o.Limits == UsualLimits:
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

// limitCounts holds, for each limit, how many runs set it.
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
