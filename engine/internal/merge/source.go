package merge

import "github.com/lightningdb/lightning-torture/engine/internal/key"

// A direction is also the sign of comparing an entry further ahead with the current one.
type direction int

const (
	forward  direction = 1
	backward direction = -1
)

// A place is an entry of a child. Places are ordered like their entries, then by child.
type place struct {
	user    []byte
	trailer key.Trailer
	rank    int // the rank of the child
}

// copy makes p equal to q, with a copy of the key.
func (p *place) copy(q *place) {
	p.user = append(p.user[:0], q.user...)
	p.trailer, p.rank = q.trailer, q.rank
}

// isBeyond reports whether p comes after q when moving in direction d.
func (p *place) isBeyond(q *place, d direction) bool {
	c := key.Compare(p.user, p.trailer, q.user, q.trailer)
	if c == 0 {
		c = p.rank - q.rank
	}
	return c*int(d) > 0
}

// A source is a child and its current entry, cached so that the heap need not ask for it.
type source struct {
	child key.Iterator
	place
}

// arrive caches the entry that the child moved to.
func (s *source) arrive() { s.user, s.trailer = s.child.Key(), s.child.Trailer() }

// enter moves the child to its first entry in direction d.
func (s *source) enter(d direction) bool {
	if d == forward {
		return s.child.First()
	}
	return s.child.Last()
}

// step moves the child by one entry.
func (s *source) step(d direction) bool {
	if d == forward {
		return s.child.Next()
	}
	return s.child.Prev()
}
