package conflict

import (
	"bytes"
	"slices"
)

// Reads is what a serializable transaction has read. The zero value has read nothing. It is used by one goroutine.
type Reads struct {
	keys   map[string]struct{}
	ranges []*Range
}

// AddKey adds a key, there or not, which is copied.
func (r *Reads) AddKey(user []byte) {
	if r.keys == nil {
		r.keys = map[string]struct{}{}
	}
	r.keys[string(user)] = struct{}{}
}

// AddRange adds a range of keys that is about to be iterated over; it grows with the iteration. At first it is the key
// that a seek looks for. If end is set, at is the end of an iteration that goes backward; empty is the end of all keys.
func (r *Reads) AddRange(at []byte, end bool) *Range {
	at = bytes.Clone(at)
	n := &Range{first: at, last: at, noFirst: end, noLast: end && len(at) == 0}
	r.ranges = append(r.ranges, n)
	return n
}

// InRange reports whether one of the keys that were written lies in a range.
func (r *Reads) InRange(w Written) bool {
	return slices.ContainsFunc(r.ranges, func(n *Range) bool { return n.meets(w) })
}

// HasKey reports whether one of the keys that were written is one of the keys that were read.
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

// Range is a range of keys that was iterated over, both ends included.
type Range struct {
	first, last []byte
	noFirst     bool // nothing but last is known yet
	noLast      bool // it goes on to the end
}

// DownTo extends the range to a key that the iteration found going backward.
func (r *Range) DownTo(user []byte) {
	if r.noFirst || bytes.Compare(user, r.first) < 0 {
		r.first, r.noFirst = bytes.Clone(user), false
	}
}

// DownToBound extends the range to the lower bound of the iteration, before which there is no key.
func (r *Range) DownToBound(lower []byte) { r.first, r.noFirst = lower, false }

// UpTo extends the range to a key that the iteration found going forward.
func (r *Range) UpTo(user []byte) {
	if bytes.Compare(user, r.last) > 0 {
		r.last = bytes.Clone(user)
	}
}

// UpToBound extends the range to the upper bound of the iteration, which is the end of all keys if it is empty.
func (r *Range) UpToBound(upper []byte) { r.last, r.noLast = upper, len(upper) == 0 }

func (r *Range) meets(w Written) bool {
	return (r.noFirst || w.Reaches(r.first)) && (r.noLast || bytes.Compare(w.First, r.last) <= 0)
}
