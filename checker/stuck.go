package checker

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// accuse names the operation at which the longest order that works gets stuck.
func (s *search) accuse(start group, entries []int32, steps []step) Violation {
	order := s.longestOrder(start, entries, steps)
	placed := make(map[*step]bool)
	for _, at := range order {
		placed[at] = true
	}
	var stuck *step // of the steps without a place, the one that was answered first
	for i := range steps {
		if at := &steps[i]; !placed[at] && (stuck == nil || at.done < stuck.done) {
			stuck = at
		}
	}
	return s.accuseOf(stuck, order, start, entries)
}

// accuseOf says that a step has no place after an order that works for the others.
func (s *search) accuseOf(stuck *step, order []*step, start group, entries []int32) Violation {
	held := start
	for _, at := range order {
		_, held = s.apply(held, entries, at)
	}
	v := Violation{Class: "not linearizable"}
	if op := s.left(start, entries); op != nil {
		v.Evidence = append(v.Evidence, "before: "+testify(op))
	}
	for _, at := range order[max(0, len(order)-10):] {
		v.Evidence = append(v.Evidence, "in order: "+at.String())
	}
	v.Evidence = append(v.Evidence, "stuck at: "+stuck.String())
	if stuck.op != nil {
		v.Ops = []int{stuck.op.ID}
	}
	v.Sentence = fmt.Sprintf("no order of the operations on %s explains what they read: after the longest order "+
		"that works, %s %s", s.names(entries), stuck.title(), s.mismatch(held, entries, stuck))
	return v
}

// left returns the operation that left, or showed, what the only key of a group holds at the start of an order, or nil.
func (s *search) left(start group, entries []int32) *history.Op {
	switch {
	case len(entries) > 1:
		return nil
	case s.values != nil:
		return s.settled
	case start[0] <= nothing:
		return nil
	}
	return s.writerOf(entries[0], start[0])
}

// longestOrder returns the longest order of some of the steps that is consistent with what they read.
func (s *search) longestOrder(start group, entries []int32, steps []step) []*step {
	_, info := porcupine.CheckOperationsVerbose(s.model(start, entries, len(steps)), operations(steps), 0)
	var longest []porcupine.Operation
	for _, part := range info.PartialLinearizationsOperations() {
		for _, order := range part {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	order := make([]*step, len(longest))
	for i := range longest {
		order[i] = longest[i].Input.(*step)
	}
	return order
}

// mismatch says what a step read and what was there instead.
func (s *search) mismatch(held group, entries []int32, at *step) string {
	if at.acts != nil {
		return s.values.mismatch(held[0], at, s.keyName(entries[0]))
	}
	for _, c := range at.reads {
		if had := held[slices.Index(entries, c.entry)]; had != c.value {
			return fmt.Sprintf("reads %s from %s, which holds %s",
				s.valueName(c.entry, c.value), s.keyName(c.entry), s.valueName(c.entry, had))
		}
	}
	return "comes too late"
}

// valueName shows a value and says which commit wrote it.
func (s *search) valueName(entry, value int32) string {
	switch value {
	case nothing:
		return "nothing"
	case loaded:
		return "the initial value"
	case foreign:
		return "a value that nobody wrote"
	}
	return fmt.Sprintf("%s (commit #%d)", ValueText(s.entries[entry].writers[value-1].value), s.writerOf(entry, value).ID)
}

// writerOf returns the operation that wrote a value of a key.
func (s *search) writerOf(entry, value int32) *history.Op {
	return s.commits[s.entries[entry].writers[value-1].commit].op
}

func (s *search) keyName(entry int32) string { return KeyText(s.entries[entry].key) }

// names names the keys of a group.
func (s *search) names(entries []int32) string {
	if len(entries) > 1 {
		return fmt.Sprintf("%s to %s", s.keyName(entries[0]), s.keyName(entries[len(entries)-1]))
	}
	return s.keyName(entries[0])
}

func (s *step) title() string {
	if s.op == nil {
		return "the recovered store"
	}
	return name(s.op)
}

// String returns a line of evidence.
func (s *step) String() string {
	if s.op == nil {
		return "what was read after recovery"
	}
	return testify(s.op)
}
