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
	w.size(alone, k.Batch)
	for _, list := range [][]int{k.Load, k.Steps} {
		w.size(len(list))
		last := 0
		for _, n := range list {
			w.size(n - last)
			last = n
		}
	}
	w.size(len(k.Rules))
	for _, rule := range k.Rules {
		w.text(rule)
	}
}

// keep reads what shrinking has kept.
func (r *tokenReader) keep() *plan.Keep {
	k := &plan.Keep{Alone: r.number() == 1, Batch: r.size()}
	for _, list := range []*[]int{&k.Load, &k.Steps} {
		last := 0
		for n := r.number(); n > 0 && !r.short; n-- {
			last = min(last+r.size(), math.MaxInt32)
			*list = append(*list, last)
		}
	}
	for n := r.number(); n > 0 && !r.short; n-- {
		k.Rules = append(k.Rules, r.text(r.number()))
	}
	return k
}
