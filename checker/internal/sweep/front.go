package sweep

import (
	"cmp"
	"maps"
	"slices"
)

// config is what may be true at a moment.
type config struct {
	held   int32   // what the key holds
	placed uint64  // the running steps that have taken effect, one bit for each slot
	used   []int32 // the kinds of the unanswered steps that have taken effect, sorted; a kind occurs once for each such step
	order  *link   // the order that leads here
}

// link is the last step of an order. Orders share their beginnings.
type link struct {
	step   int
	before *link
	length int
}

func (l *link) then(step int) *link {
	n := &link{step: step, before: l, length: 1}
	if l != nil {
		n.length = l.length + 1
	}
	return n
}

// steps returns the whole order.
func (l *link) steps() (order []int) {
	for ; l != nil; l = l.before {
		order = append(order, l.step)
	}
	slices.Reverse(order)
	return order
}

// front is a set of configurations of which none makes another one superfluous.
type front struct {
	alike map[likeness][]*config
}

// likeness is what two configurations must share for one of them to make the other superfluous.
type likeness struct {
	held   int32 // unasked if nobody ever asks for the value
	placed uint64
}

func (a likeness) compare(b likeness) int {
	return cmp.Or(cmp.Compare(a.held, b.held), cmp.Compare(a.placed, b.placed))
}

func newFront() *front { return &front{alike: map[likeness][]*config{}} }

// add adds a configuration, and reports whether it was not superfluous.
func (f *front) add(c *config, as likeness) bool {
	all := f.alike[as]
	if slices.ContainsFunc(all, func(o *config) bool { return within(o.used, c.used) }) {
		return false
	}
	all = slices.DeleteFunc(all, func(o *config) bool { return within(c.used, o.used) })
	f.alike[as] = append(all, c)
	return true
}

// all returns the configurations in a fixed order.
func (f *front) all() (all []*config) {
	for _, as := range slices.SortedFunc(maps.Keys(f.alike), likeness.compare) {
		all = append(all, f.alike[as]...)
	}
	return all
}

// within reports whether a sorted multiset is part of another one.
func within(part, whole []int32) bool {
	if len(part) > len(whole) {
		return false
	}
	for _, k := range whole {
		if len(part) > 0 && part[0] == k {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// plus returns a sorted multiset with another member.
func plus(used []int32, kind int32) []int32 {
	at, _ := slices.BinarySearch(used, kind)
	return slices.Insert(slices.Clone(used), at, kind)
}

// times returns how often a sorted multiset has a member.
func times(used []int32, kind int32) int {
	from, _ := slices.BinarySearch(used, kind)
	to, _ := slices.BinarySearch(used, kind+1)
	return to - from
}
