package conflict

import (
	"bytes"
	"slices"
)

// Reads records what a serializable transaction has read. The zero value is empty. It is used by one goroutine.
type Reads struct {
	keys   map[string]struct{}
	ranges []*Range
}

// AddKey records a key, whether it exists or not. The key is copied.
func (r *Reads) AddKey(user []byte) {
	if r.keys == nil {
		r.keys = map[string]struct{}{}
	}
	r.keys[string(user)] = struct{}{}
}

// AddRange records a range of keys that is about to be iterated over, and that grows with the iteration. At first it
// holds only the key at. If end is set, at is the upper end of a backward iteration instead, and an empty at means the
// end of all keys.
func (r *Reads) AddRange(at []byte, end bool) *Range {
	at = bytes.Clone(at)
	n := &Range{first: at, last: at, noFirst: end, noLast: end && len(at) == 0}
	r.ranges = append(r.ranges, n)
	return n
}

// InRange reports whether any of the written keys lies in a recorded range.
func (r *Reads) InRange(w Written) bool {
	return slices.ContainsFunc(r.ranges, func(n *Range) bool { return n.meets(w) })
}

// HasKey reports whether any of the written keys is a recorded key.
func (r *Reads) HasKey(w Written) bool {
	if !w.IsRange() {
		_, read := r.keys[string(w.First)]
		return read
	}
	for user := range r.keys {
		if user >= string(w.First) && user < string(w.End) {
			return true
		}
	}
	return false
}

// Range is a range of keys that was iterated over. It includes both ends.
type Range struct {
	first, last []byte
	noFirst     bool // only last is known so far
	noLast      bool // it extends to the end of all keys
}

// DownTo extends the range to a key found while iterating backward.
func (r *Range) DownTo(user []byte) {
	if r.noFirst || bytes.Compare(user, r.first) < 0 {
		r.first, r.noFirst = bytes.Clone(user), false
	}
}

// DownToBound extends the range to the lower bound of the iteration, because no key was found before it.
func (r *Range) DownToBound(lower []byte) { r.first, r.noFirst = lower, false }

// UpTo extends the range to a key found while iterating forward.
func (r *Range) UpTo(user []byte) {
	if bytes.Compare(user, r.last) > 0 {
		r.last = bytes.Clone(user)
	}
}

// UpToBound extends the range to the upper bound of the iteration, or to the end of all keys if the bound is empty.
func (r *Range) UpToBound(upper []byte) { r.last, r.noLast = upper, len(upper) == 0 }

func (r *Range) meets(w Written) bool {
	return (r.noFirst || w.Reaches(r.first)) && (r.noLast || bytes.Compare(w.First, r.last) <= 0)
}
