package checker

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// NewStrictDurability is [NewDurability] for a store that promises never to show what a crash may take back. A commit
// that is acknowledged later counts as acknowledged from the return of the first read that showed it. (Izraelevitz et
// al., Linearizability of Persistent Memory Objects, DISC 2016, call a store durably linearizable if its histories
// across crashes are linearizable.)
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

// countShown lets commits count as done from the return of a read that shows them. A read that finds nothing proves
// nothing, since it does not say which delete it shows.
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
		return // a value that several commits may have written shows none of them
	}
	for _, w := range x.entries[k].writers {
		c := &x.commits[w.commit]
		if c.op != op && c.level < unacked && op.Shown() < c.done && !w.delete && bytes.Equal(w.value, read.Value) {
			c.done, c.shownBy = op.Shown(), op
		}
	}
}
