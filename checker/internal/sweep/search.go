package sweep

import "slices"

// search is the state of a sweep.
type search struct {
	*Problem
	asked   horizons
	time    int64       // of the latest return
	running [64]int     // the step in each slot, or free
	slots   map[int]int // by running step
	now     []*config
	open    *open
}

// free marks a slot that no step has.
const free = -1

// unasked stands for all values that nobody ever asks for.
const unasked = int32(-1 << 31)

func newSearch(p *Problem) *search {
	s := &search{Problem: p, asked: newHorizons(p.Steps), slots: map[int]int{}, now: []*config{{held: p.Start}}}
	for i := range s.running {
		s.running[i] = free
	}
	s.open = newOpen(s)
	return s
}

// canonical returns a value, or unasked if nobody asks for it from now on.
func (s *search) canonical(value int32) int32 {
	if h, asked := s.asked[value]; asked && h >= s.time { // others may return at the same time
		return value
	}
	return unasked
}

func (s *search) likeness(c *config) likeness { return likeness{s.canonical(c.held), c.placed} }

// called begins a step.
func (s *search) called(i int) error {
	if s.Steps[i].Return == Never {
		s.open.called(i)
		return nil
	}
	slot := slices.Index(s.running[:], free)
	if slot < 0 {
		return ErrCrowded
	}
	s.running[slot], s.slots[i] = i, slot
	return nil
}

// returned ends a step, which must have taken effect by now.
func (s *search) returned(x int) (*Stuck, error) {
	r := &round{search: s, x: x, bit: 1 << s.slots[x], after: newFront(), seen: newFront()}
	for _, c := range s.now {
		if c.placed&r.bit != 0 {
			r.arrive(c.held, c.placed, c.used, c.order)
		} else {
			r.visit(c)
		}
	}
	for len(r.todo) > 0 {
		c := r.todo[0]
		r.todo = r.todo[1:]
		if err := r.expand(c); err != nil {
			return nil, err
		}
	}
	if len(r.after.alike) == 0 {
		return s.stuck(x), nil
	}
	s.running[s.slots[x]] = free
	delete(s.slots, x)
	s.time = s.Steps[x].Return
	s.now = r.after.all()
	s.open.settle(s.now)
	s.open.forget(s.now)
	s.now = s.fewest(s.now)
	return nil, nil
}

// fewest leaves out configurations that have become superfluous.
func (s *search) fewest(now []*config) []*config {
	if len(now) == 1 {
		return now
	}
	f := newFront()
	for _, c := range now {
		f.add(c, s.likeness(c))
	}
	return f.all()
}

// stuck reports that a step has no place, with the longest order so far.
func (s *search) stuck(x int) *Stuck {
	longest := (*link)(nil)
	for _, c := range s.now {
		if c.order != nil && (longest == nil || c.order.length > longest.length) {
			longest = c.order
		}
	}
	return &Stuck{Step: x, Order: longest.steps()}
}

// round finds the configurations in which step x has taken effect.
type round struct {
	*search
	x      int
	bit    uint64 // of the slot of x
	after  *front // configurations in which x has taken effect; its slot is free in them
	seen   *front // configurations in which it has not
	todo   []*config
	useful []int32 // kinds of unanswered steps; nil until it is needed
}

func (r *round) arrive(held int32, placed uint64, used []int32, order *link) {
	c := &config{held, placed &^ r.bit, used, order}
	r.after.add(c, r.likeness(c))
}

func (r *round) visit(c *config) {
	if r.seen.add(c, r.likeness(c)) {
		r.todo = append(r.todo, c)
	}
}

// expand places one more step in a configuration, in every way that may help x. Nothing is tried after a read has been placed,
// because it can be placed before everything else.
func (r *round) expand(c *config) error {
	if err := r.Spend(); err != nil {
		return err
	}
	c = r.settleReads(c)
	if ok, held := r.Apply(c.held, r.x); ok {
		r.arrive(held, c.placed, c.used, c.order.then(r.x))
		if !r.Steps[r.x].Writes {
			return nil
		}
	}
	avoided := false
	for slot, y := range r.running {
		if y == free || c.placed>>slot&1 != 0 {
			continue
		}
		if err := r.Spend(); err != nil {
			return err
		}
		avoided = avoided || slices.Contains(r.Steps[y].Avoids, c.held)
		if ok, held := r.Apply(c.held, y); ok && y != r.x {
			r.visit(&config{held, c.placed | 1<<slot, c.used, c.order.then(y)})
		}
	}
	for _, k := range r.open.candidates(r, c.held, avoided) {
		if err := r.Spend(); err != nil {
			return err
		}
		step, left := r.open.next(k, c.used)
		if !left {
			continue
		}
		if _, held := r.Apply(c.held, step); held != c.held {
			r.visit(&config{held, c.placed, plus(c.used, k), c.order.then(step)})
		}
	}
	return nil
}

// settleReads places all running reads that the value of the key permits, except x.
func (r *round) settleReads(c *config) *config {
	next := *c
	for slot, y := range r.running {
		if y == free || y == r.x || c.placed>>slot&1 != 0 || r.Steps[y].Writes {
			continue
		}
		if ok, _ := r.Apply(c.held, y); ok {
			next.placed |= 1 << slot
			next.order = next.order.then(y)
		}
	}
	return &next
}
