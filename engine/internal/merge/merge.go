package merge

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine/internal/invariant"
	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// New returns an iterator over the entries of all children and takes ownership of them: no one else may move them, and
// they are closed with it. A single child is returned as it is. Next and Prev return false if the iterator is not
// valid.
func New(children ...key.Iterator) key.Iterator {
	if len(children) == 1 {
		return children[0]
	}
	m := &iterator{sources: make([]source, len(children)), heap: heap{items: make([]*source, 0, len(children))}}
	for i, child := range children {
		m.sources[i] = source{child: child, place: place{rank: i}}
	}
	return m
}

// An iterator keeps each child at its first entry beyond the current one in the direction of the heap; the child at the
// top of the heap is at the current entry. Exhausted children are not in the heap.
type iterator struct {
	sources []source
	heap    heap
	err     error
	mark    place // a copy of the place just left, with its own key buffer
}

// restart moves every child to a new starting point, in a direction.
func (m *iterator) restart(d direction, move func(s *source) bool) bool {
	m.err = nil
	m.heap.reset(d)
	for i := range m.sources {
		s := &m.sources[i]
		if move(s) {
			s.arrive()
			m.heap.items = append(m.heap.items, s)
		} else if m.broken(s) {
			return false
		}
	}
	m.heap.build()
	return m.Valid()
}

// broken reports whether a child that found no entry failed. Its error ends the iterator.
func (m *iterator) broken(s *source) bool {
	if m.err = s.child.Error(); m.err == nil {
		return false
	}
	m.heap.reset(m.heap.direction)
	return true
}

func (m *iterator) First() bool {
	return m.restart(forward, func(s *source) bool { return s.child.First() })
}

func (m *iterator) Last() bool {
	return m.restart(backward, func(s *source) bool { return s.child.Last() })
}

func (m *iterator) SeekGE(user []byte, seq key.Seq) bool {
	return m.restart(forward, func(s *source) bool { return s.child.SeekGE(user, seq) })
}

func (m *iterator) SeekLT(user []byte) bool {
	return m.restart(backward, func(s *source) bool { return s.child.SeekLT(user) })
}

func (m *iterator) Next() bool { return m.step(forward) }
func (m *iterator) Prev() bool { return m.step(backward) }

func (m *iterator) step(d direction) bool {
	if !m.Valid() {
		return false
	}
	if d != m.heap.direction {
		return m.turn(d)
	}
	s := m.heap.items[0]
	if invariant.Enabled {
		m.mark.copy(&s.place)
	}
	if !s.step(d) {
		if m.broken(s) {
			return false
		}
		m.heap.pop()
		return m.Valid()
	}
	s.arrive()
	if invariant.Enabled {
		invariant.Check(s.isBeyond(&m.mark, d), "merge: G1: a child moves in its order")
	}
	m.heap.sift(0)
	return true
}

// turn changes the direction. Each child is beyond the current entry in the old direction, or exhausted in it. Its
// neighbour in the new direction is then beyond the current entry in that one, unless entries were added in between.
func (m *iterator) turn(d direction) bool {
	m.mark.copy(&m.heap.items[0].place)
	return m.restart(d, func(s *source) bool {
		ok := false
		if s.child.Valid() {
			ok = s.step(d)
		} else {
			ok = s.enter(d)
		}
		for ok {
			if s.arrive(); s.isBeyond(&m.mark, d) {
				return true
			}
			ok = s.step(d)
		}
		return false
	})
}

func (m *iterator) Valid() bool { return len(m.heap.items) > 0 }

func (m *iterator) Key() []byte { return m.heap.items[0].user }

func (m *iterator) Trailer() key.Trailer { return m.heap.items[0].trailer }

func (m *iterator) Value() []byte { return m.heap.items[0].child.Value() }

func (m *iterator) Error() error { return m.err }

func (m *iterator) Close() error {
	m.heap.reset(forward)
	var errs []error
	for i := range m.sources {
		errs = append(errs, m.sources[i].child.Close())
	}
	return errors.Join(errs...)
}
