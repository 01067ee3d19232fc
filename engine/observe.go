package engine

import "bytes"

// observe begins the range of keys that a seek of a serializable transaction looks at, at the key that it is to find,
// or at the end of the iterator's bounds.
func (i *Iterator) observe(at []byte, end bool) {
	if i.txn == nil || !i.txn.tracks() {
		return
	}
	at = bytes.Clone(at)
	i.seen = &keyRange{first: at, last: at, noFirst: end, noLast: end && len(at) == 0}
	i.txn.ranges = append(i.txn.ranges, i.seen)
}

// observed extends the range to where a movement ended: to the key, or to the bounds if there was none.
func (i *Iterator) observed() {
	r := i.seen
	switch {
	case r == nil:
	case i.backward && !i.valid:
		r.first, r.noFirst = i.lower, false
	case i.backward && (r.noFirst || bytes.Compare(i.key, r.first) < 0):
		r.first, r.noFirst = bytes.Clone(i.key), false
	case !i.backward && !i.valid:
		r.last, r.noLast = i.upper, len(i.upper) == 0
	case !i.backward && bytes.Compare(i.key, r.last) > 0:
		r.last = bytes.Clone(i.key)
	}
}
