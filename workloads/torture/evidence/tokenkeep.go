package evidence

import (
	"math"

	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// keep writes what shrinking has kept: a flag, the number of writes, and each list as its length and the differences
// between its elements.
func (w *tokenWriter) keep(k *plan.Keep) {
	alone := 0
	if k.Alone {
		alone = 1
	}
	w.Size(alone, k.Batch)
	for _, list := range [][]int{k.Load, k.Steps} {
		w.Size(len(list))
		last := 0
		for _, n := range list {
			w.Size(n - last)
			last = n
		}
	}
	w.Size(len(k.Rules))
	for _, rule := range k.Rules {
		w.Text(rule)
	}
}

// keep reads what shrinking has kept.
func (r *tokenReader) keep() *plan.Keep {
	k := &plan.Keep{Alone: r.Number() == 1, Batch: r.Size()}
	for _, list := range []*[]int{&k.Load, &k.Steps} {
		last := 0
		for n := r.Number(); n > 0 && !r.Short(); n-- {
			last = min(last+r.Size(), math.MaxInt32)
			*list = append(*list, last)
		}
	}
	for n := r.Number(); n > 0 && !r.Short(); n-- {
		k.Rules = append(k.Rules, r.Text(r.Number()))
	}
	return k
}
