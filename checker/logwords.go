package checker

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// An append-only log is a store whose keys are the indexes of its entries. Sentences about it use the terms of logs.

// logged names an operation on a log. It returns "" for any other operation.
func logged(op *history.Op) string {
	switch op.Kind {
	case history.AppendEntries:
		return "append"
	case history.TruncateFront:
		return "front truncation"
	case history.TruncateBack:
		return "back truncation"
	case history.FirstIndex:
		return "look at the first index"
	case history.LastIndex:
		return "look at the last index"
	default:
		return ""
	}
}

func truncates(op *history.Op) bool {
	return op.Kind == history.TruncateFront || op.Kind == history.TruncateBack
}

// loggedContents says what an operation on a log did to its entries. It returns "" for any other operation, and for
// one that did nothing.
func loggedContents(op *history.Op) string {
	n := len(op.Writes)
	if n == 0 {
		return ""
	}
	first, last := KeyText(op.Writes[0].Key), KeyText(op.Writes[n-1].Key)
	switch {
	case op.Kind == history.TruncateFront:
		return "everything up to " + last
	case op.Kind == history.TruncateBack:
		return "everything from " + first + " on"
	case op.Kind != history.AppendEntries:
		return ""
	case n == 1:
		return first
	}
	return fmt.Sprintf("%d entries, %s to %s", n, first, last)
}

// wordLogged describes the loss of a commit to a log that shows because entries which the commit dropped or overwrote
// are back. It returns false if the commit is not to a log, or is simply missing.
func (v *view) wordLogged(f *finding, s scene) (w Violation, ok bool) {
	c := &v.commits[f.commit]
	if s.read != nil || logged(c.op) == "" {
		return Violation{}, false
	}
	shown := v.visible(int32(f.entry))
	w.Class = "resurrected"
	switch {
	case truncates(c.op) && shown >= 0:
		w.Sentence = fmt.Sprintf("%s is back %s, as %s left it, although %s had dropped it",
			v.key(f), s.where, v.describe(shown), v.describe(f.commit))
		if later := v.overwrites(f.entry, f.commit); later >= 0 {
			w.Sentence += fmt.Sprintf(", and %s had given that index to another", v.describe(later))
		}
	case truncates(c.op):
		w.Sentence = fmt.Sprintf("%s is back %s and %s, although %s had dropped it", v.key(f), s.where, v.shown(f.entry), v.describe(f.commit))
	case shown >= 0:
		w.Sentence = fmt.Sprintf("%s is that of %s %s, although %s had given that index to another",
			v.key(f), v.describe(shown), s.where, v.describe(f.commit))
	default:
		return Violation{}, false // simply missing
	}
	w = v.evidence(w, f, f.commit, shown)
	w.Ops = w.Ops[:1] // as for a loss
	return w, true
}

// overwrites returns a commit after the given one that must be there and assigns to the entry; -1 if there is none.
func (v *view) overwrites(entry, after int) int {
	e := &v.entries[entry]
	for i := range e.writers {
		w := &e.writers[i]
		if c := int(w.commit); c > after && !w.delete && v.commits[c].ackedBy(v.acked, v.must) {
			return c
		}
	}
	return -1
}

// sayStaleEnd describes a read of a log's first or last index that ignores an acknowledged append. It returns "" for
// other reads.
func (v *view) sayStaleEnd(f *finding, s scene) string {
	if s.read.Kind != history.FirstIndex && s.read.Kind != history.LastIndex {
		return ""
	}
	beyond := "after the last index"
	if s.read.Kind == history.FirstIndex {
		beyond = "before the first index"
	}
	return fmt.Sprintf("stale read %s: it puts %s %s, although %s had appended it before", s.where, v.key(f), beyond, v.describe(f.commit))
}
