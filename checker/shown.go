package checker

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// NewStrictDurability is NewDurability for a store of which nothing can be read that a crash may take back: what a read has
// shown counts as acknowledged when the read returned, if it is acknowledged later. (Izraelevitz et al., Linearizability
// of Persistent Memory Objects, DISC 2016, call a store durably linearizable whose crashes leave a history that is.)
func NewStrictDurability(ops []history.Op, initial *history.State) *Durability {
	x := newIndex(ops, initial)
	x.countShown()
	for i := range x.entries {
		x.finish(&x.entries[i])
	}
	for l := range levels {
		x.returned[l] = x.reachOf(l)
	}
	return &Durability{index: x, views: newViews(x)}
}

// countShown lets commits count as done from when a read that shows them had returned. A read that finds nothing tells
// nothing: it does not say which delete it shows.
func (x *index) countShown() {
	for i := range x.ops {
		op := &x.ops[i]
		for j := range op.Reads {
			if op.Outcome == history.Acked && op.Reads[j].Found {
				x.countRead(op, &op.Reads[j])
			}
		}
	}
	for i := range x.commits {
		c := &x.commits[i]
		for _, p := range c.writes {
			x.entries[p.entry].writers[p.writer].done = c.done
		}
	}
}

func (x *index) countRead(op *history.Op, read *history.Read) {
	k, known := x.lookup(read.Key)
	if !known || x.entries[k].repeats {
		return // a value that others may have written, too, does not show any commit
	}
	for _, w := range x.entries[k].writers {
		c := &x.commits[w.commit]
		if c.op != op && c.level < unacked && op.Shown() < c.done && !w.delete && bytes.Equal(w.value, read.Value) {
			c.done, c.shownBy = op.Shown(), op
		}
	}
}
