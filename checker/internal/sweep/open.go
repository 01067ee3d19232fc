package sweep

import (
	"maps"
	"slices"
)

// open is the unanswered steps, by kind. Steps of a kind do the same, so those called first take effect first.
type open struct {
	search  *search
	kinds   map[kind]int32
	all     []kind
	steps   [][]int           // by kind, those called so far and not settled
	writers map[int32][]int32 // kinds by the value that they assign
	asked   map[int32]bool    // kinds with steps whose value is asked for until its horizon
}

// kind is what an unanswered step does: it has an effect only if the key holds what it needs, and then the key holds
// value.
type kind struct {
	needs int32 // anything if it needs nothing
	value int32
}

// anything marks a kind that needs nothing.
const anything = int32(-1<<31 + 1)

func newOpen(s *search) *open {
	return &open{search: s, kinds: map[kind]int32{}, writers: map[int32][]int32{}, asked: map[int32]bool{}}
}

// called makes an unanswered step available, unless it never has an effect.
func (o *open) called(i int) {
	s := &o.search.Steps[i]
	if !s.Writes || slices.ContainsFunc(s.Wants, func(v int32) bool { return v != s.Wants[0] }) {
		return
	}
	does := kind{anything, o.search.canonical(s.Value)}
	if len(s.Wants) > 0 {
		does.needs = s.Wants[0]
	}
	k := o.number(does)
	o.steps[k] = append(o.steps[k], i)
}

func (o *open) number(does kind) int32 {
	k, known := o.kinds[does]
	if !known {
		k = int32(len(o.all))
		o.kinds[does] = k
		o.all, o.steps = append(o.all, does), append(o.steps, nil)
		o.writers[does.value] = append(o.writers[does.value], k)
		if does.value != unasked {
			o.asked[k] = true
		}
	}
	return k
}

// forget merges the kinds that differ only in their value, once nobody is going to ask for these values.
func (o *open) forget(now []*config) {
	for _, k := range slices.Sorted(maps.Keys(o.asked)) {
		does := o.all[k]
		if o.search.canonical(does.value) != unasked {
			continue
		}
		delete(o.asked, k)
		delete(o.kinds, does)
		into := o.number(kind{does.needs, unasked})
		o.steps[into], o.steps[k] = append(o.steps[into], o.steps[k]...), nil
		for _, c := range now {
			for times(c.used, k) > 0 {
				at, _ := slices.BinarySearch(c.used, k)
				c.used = plus(slices.Delete(slices.Clone(c.used), at, at+1), into)
			}
		}
	}
}

// next returns the step of a kind that takes effect next, if one is left in a configuration.
func (o *open) next(k int32, used []int32) (step int, left bool) {
	if n := times(used, k); n < len(o.steps[k]) {
		return o.steps[k][n], true
	}
	return 0, false
}

// candidates returns the kinds that may help a running step, if the key holds the given value. If a running step avoids that
// value, all kinds may.
func (o *open) candidates(r *round, held int32, avoided bool) (all []int32) {
	if avoided {
		for k := range o.all {
			if o.fits(int32(k), held) && len(o.steps[k]) > 0 {
				all = append(all, int32(k))
			}
		}
		return all
	}
	if r.useful == nil {
		r.useful = o.useful()
	}
	for _, k := range r.useful {
		if o.fits(k, held) {
			all = append(all, k)
		}
	}
	return all
}

// fits reports whether a kind has an effect if the key holds the given value.
func (o *open) fits(k, held int32) bool { return o.all[k].needs == anything || o.all[k].needs == held }

// useful returns the kinds that assign a value that a running step wants, or that a useful kind needs.
func (o *open) useful() []int32 {
	var wanted []int32
	for _, y := range o.search.running {
		if y != free {
			wanted = append(wanted, o.search.Steps[y].Wants...)
		}
	}
	kinds, known := []int32{}, map[int32]bool{}
	for ; len(wanted) > 0; wanted = wanted[1:] {
		if known[wanted[0]] {
			continue
		}
		known[wanted[0]] = true
		for _, k := range o.writers[wanted[0]] {
			if len(o.steps[k]) > 0 {
				kinds = append(kinds, k)
				if needs := o.all[k].needs; needs != anything {
					wanted = append(wanted, needs)
				}
			}
		}
	}
	return kinds
}

// settle forgets the steps that have taken effect in every configuration.
func (o *open) settle(now []*config) {
	for _, k := range slices.Clone(now[0].used) {
		if slices.ContainsFunc(now, func(c *config) bool { return times(c.used, k) == 0 }) {
			continue
		}
		o.steps[k] = o.steps[k][1:]
		for _, c := range now {
			at, _ := slices.BinarySearch(c.used, k)
			c.used = slices.Delete(slices.Clone(c.used), at, at+1)
		}
	}
}
