package checker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// groupKeys is the number of keys for which one order can be searched.
const groupKeys = 8

// group is what up to groupKeys keys hold, in the order of their entries.
type group [groupKeys]int32

// search looks for orders, window by window.
type search struct {
	*timeline
	ctx    context.Context
	limits Limits
	// anyClients is true if keys judged by their values may have any number of operations in flight.
	anyClients bool
	tried      int         // steps tried so far; a search runs in one goroutine
	values     *vocabulary // of the key that is being judged by its values; otherwise nil
	settled    *history.Op // of that key: the operation after which it was certain what it held, if there was one
	// open is the open steps that nobody has seen take effect yet, by the first entry of the group.
	open map[int32][]step
}

// check adds a violation if the steps of a window on a group of keys have no order.
func (s *search) check(r Result, w *window, entries []int32, steps []step) Result {
	steps = s.relevant(entries, steps)
	if len(steps) > s.limits.WindowOps {
		return r.unclear("%d operations on %s lie between two full scans; the limit is %d",
			len(steps), s.names(entries), s.limits.WindowOps)
	}
	var start group
	for i, k := range entries {
		start[i] = w.start[k]
	}
	return s.checkFrom(r, start, entries, steps)
}

// checkFrom adds a violation if the steps have no order that begins with what the keys hold at the start.
func (s *search) checkFrom(r Result, start group, entries []int32, steps []step) Result {
	if n := inFlight(steps); n > s.limits.Clients {
		return r.unclear("%d operations on %s were in flight at once, including those with unknown outcome; the limit is %d",
			n, s.names(entries), s.limits.Clients)
	}
	if s.inTurn(start, entries, steps) {
		return r
	}
	model := s.model(start, entries, len(steps))
	ok := porcupine.CheckOperations(model, operations(steps))
	if ok {
		return r // valid even if a limit was reached at the very end
	}
	if err := s.spent(); err != nil {
		return r.unclear("the search for an order of %d operations on %s was given up: %v",
			len(steps), s.names(entries), err)
	}
	return r.fail(s.accuse(start, entries, steps))
}

// relevant returns the steps that matter, in order of call. Open ones take part only if somebody saw what they wrote.
// One that nobody saw can be put at the end of every order, so leaving it out affects only the cost. It is kept for
// later windows.
func (s *search) relevant(entries []int32, steps []step) []step {
	seen := make(map[cell]bool)
	var open, matter []step
	open = append(open, s.open[entries[0]]...)
	for i := range steps {
		for _, c := range steps[i].reads {
			seen[c] = true
		}
		if steps[i].done == history.Never {
			open = append(open, steps[i])
		} else {
			matter = append(matter, steps[i])
		}
	}
	var still []step
	for _, o := range open {
		took, may := false, false
		for _, c := range o.writes {
			took = took || seen[c] && c.value != nothing
			may = may || seen[c]
		}
		if may {
			matter = append(matter, o)
		}
		if !took {
			still = append(still, o)
		}
	}
	s.open[entries[0]] = still
	slices.SortFunc(matter, func(a, b step) int { return cmp.Compare(a.call, b.call) })
	if len(entries) == 1 {
		return enoughDeletes(matter)
	}
	return matter
}

// enoughDeletes leaves out open deletes that no order of the steps on one key needs. A store that refuses all writes
// after an error produces many of them. A delete that takes effect needs a value to delete, so between two of them
// there must be an assignment that takes effect after the first one was called. A delete whose effect nobody reads
// before the next assignment need not have taken effect at all. This bounds the number of deletes that an order needs.
// That many are kept, the earliest called first, because an open delete can always be replaced by one that was called
// earlier.
func enoughDeletes(steps []step) []step {
	first := slices.IndexFunc(steps, isOpenDelete)
	if first < 0 {
		return steps
	}
	assigned, absent := 0, 0
	for i := range steps {
		s := &steps[i]
		if s.done <= steps[first].call {
			continue
		}
		if len(s.writes) > 0 && !isOpenDelete(*s) {
			assigned++
		}
		if slices.ContainsFunc(s.reads, func(c cell) bool { return c.value == nothing }) {
			absent++
		}
	}
	needed := min(assigned+1, absent)
	return slices.DeleteFunc(steps, func(s step) bool {
		if isOpenDelete(s) {
			needed--
		}
		return isOpenDelete(s) && needed < 0
	})
}

// isOpenDelete reports whether a step only deletes a key and has not returned.
func isOpenDelete(s step) bool {
	return s.done == history.Never && len(s.reads) == 0 && len(s.writes) == 1 && s.writes[0].value == nothing
}

// inFlight returns how many steps were in flight at the busiest moment.
func inFlight(steps []step) int {
	most := 0
	var ends []history.Tick
	for i := range steps {
		ends = slices.DeleteFunc(ends, func(t history.Tick) bool { return t < steps[i].call })
		ends = append(ends, steps[i].done)
		most = max(most, len(ends))
	}
	return most
}

// inTurn reports whether the steps never overlapped and fit the only possible order. It spares the many keys with
// little activity a search.
func (s *search) inTurn(held group, entries []int32, steps []step) bool {
	for i := range steps {
		if i > 0 && steps[i-1].done > steps[i].call {
			return false
		}
		ok, next := s.apply(held, entries, &steps[i])
		if !ok {
			return false
		}
		held = next
	}
	return true
}

// apply returns what the keys hold after a step, or false if the step did not read what they held before.
func (s *search) apply(held group, entries []int32, at *step) (bool, group) {
	if at.acts == nil {
		return held.apply(entries, at)
	}
	ok, value := s.values.apply(held[0], at)
	return ok, group{value}
}

func (g group) apply(entries []int32, s *step) (bool, group) {
	for _, c := range s.reads {
		if g[slices.Index(entries, c.entry)] != c.value {
			return false, g
		}
	}
	for _, c := range s.writes {
		g[slices.Index(entries, c.entry)] = c.value
	}
	return true, g
}

// hash returns the FNV-1a hash of the values.
func (g group) hash() uint64 {
	h := uint64(14695981039346656037)
	for _, v := range g {
		h = (h ^ uint64(uint32(v))) * 1099511628211
	}
	return h
}

// spent returns the reason why the search must end, or nil. Once it has returned a reason, it always does.
func (s *search) spent() error {
	if s.tried > s.limits.Steps {
		return fmt.Errorf("%d steps were tried", s.limits.Steps)
	}
	return context.Cause(s.ctx)
}

// stepUnit is the number of operations for which a step of the search counts as one more: porcupine stores, for every
// step, one bit for each operation that it chooses from.
const stepUnit = 1024

// model tells porcupine how the keys behave. Once a limit is reached no step is possible, which ends the search.
func (s *search) model(start group, entries []int32, steps int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return start },
		Step: func(state, input, _ any) (bool, any) {
			if s.spent() != nil {
				return false, state // not counted: the search only backtracks from here
			}
			s.tried += 1 + steps/stepUnit
			return s.apply(state.(group), entries, input.(*step))
		},
		Hash: func(state any) uint64 { return state.(group).hash() },
	}
}

func operations(steps []step) []porcupine.Operation {
	all := make([]porcupine.Operation, len(steps))
	for i := range steps {
		all[i] = porcupine.Operation{ClientId: i, Input: &steps[i], Call: int64(steps[i].call), Return: int64(steps[i].done)}
	}
	return all
}
