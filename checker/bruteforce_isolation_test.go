package checker_test

import (
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// bruteForce decides exhaustively whether transactions satisfy a level.
type bruteForce struct {
	model model
	level checker.Level
	ops   []history.Op // the committed ones
}

// isolated tries every subset of the open transactions as the committed ones.
func isolated(m model, level checker.Level, ops []history.Op) bool {
	var acked, open []history.Op
	for _, op := range ops {
		switch op.Outcome {
		case history.Acked:
			acked = append(acked, op)
		case history.Unknown:
			open = append(open, op)
		case history.Rejected:
		}
	}
	for set := range 1 << len(open) {
		b := &bruteForce{model: m, level: level, ops: slices.Clone(acked)}
		for i, op := range open {
			if set>>i&1 == 1 {
				b.ops = append(b.ops, op)
			}
		}
		weak := level == checker.ReadCommitted || level == checker.MonotonicAtomicView
		if weak && b.versionOrders(0, map[string][]int{}) || !weak && b.moments() {
			return true
		}
	}
	return false
}

// steps calls visit with each read and write of an operation, in order. Keys that a scan did not find count as reads.
func steps(op *history.Op, visit func(r *history.Read, phantom bool, w *history.Write) bool) bool {
	if op.Kind == history.Scan {
		for _, key := range []string{"a", "b", "c"} {
			at := slices.IndexFunc(op.Reads, func(r history.Read) bool { return string(r.Key) == key })
			r := &history.Read{Key: []byte(key)}
			if at >= 0 {
				r = &op.Reads[at]
			}
			if !visit(r, at < 0, nil) {
				return false
			}
		}
		return true
	}
	reads, writes := 0, 0
	for _, what := range op.Order {
		if what == 'r' {
			reads++
			if !visit(&op.Reads[reads-1], false, nil) {
				return false
			}
			continue
		}
		writes++
		if !visit(nil, false, &op.Writes[writes-1]) {
			return false
		}
	}
	return true
}

// splits reports whether a transaction may read before it commits.
func (b *bruteForce) splits(op *history.Op) bool {
	return b.level == checker.SnapshotIsolation ||
		op.Kind == history.Txn && op.Isolation == history.SnapshotIsolation && len(op.Writes) > 0
}

// moments looks for an order of the moments at which transactions read and commit.
func (b *bruteForce) moments() bool {
	read, done := make([]bool, len(b.ops)), make([]bool, len(b.ops))
	writer := map[string][]int{} // by key, the transactions that committed writes to it, in order
	since := make([]map[string]int, len(b.ops))
	var next func(store map[string]string) bool
	commit := func(i int, store map[string]string) bool {
		for _, w := range b.ops[i].Writes {
			if len(writer[string(w.Key)]) > since[i][string(w.Key)] {
				return false // another transaction has committed a write to it since
			}
		}
		after, before := maps.Clone(store), maps.Clone(writer)
		for _, w := range b.ops[i].Writes {
			b.model.write(after, w)
		}
		for _, w := range b.ops[i].Writes {
			key := string(w.Key)
			writer[key] = append(slices.Clone(writer[key]), i)
		}
		done[i] = true
		if next(after) {
			return true
		}
		done[i], writer = false, before
		return false
	}
	next = func(store map[string]string) bool {
		if !slices.Contains(done, false) {
			return true
		}
		for i := range b.ops {
			if !read[i] {
				if b.tooEarly(i, done) || !b.finds(&b.ops[i], store) {
					continue
				}
				read[i], since[i] = true, map[string]int{}
				for k, w := range writer {
					since[i][k] = len(w)
				}
				if b.splits(&b.ops[i]) && next(store) || !b.splits(&b.ops[i]) && commit(i, store) {
					return true
				}
				read[i] = false
			} else if !done[i] && commit(i, store) {
				return true
			}
		}
		return false
	}
	return next(map[string]string{})
}

// tooEarly reports whether a transaction cannot read yet, because another one that was answered before has not
// committed.
func (b *bruteForce) tooEarly(i int, done []bool) bool {
	if b.level != checker.StrictSerializable {
		return false
	}
	for j := range b.ops {
		if !done[j] && b.ops[j].Outcome == history.Acked && b.ops[j].Return < b.ops[i].Call {
			return true
		}
	}
	return false
}

// finds reports whether a transaction can have read what it read, given the contents of the store.
func (b *bruteForce) finds(op *history.Op, store map[string]string) bool {
	own := maps.Clone(store)
	return steps(op, func(r *history.Read, phantom bool, w *history.Write) bool {
		if w != nil {
			b.model.write(own, *w)
			return true
		}
		return own[string(r.Key)] == string(r.Value) || phantom && b.level == checker.RepeatableRead
	})
}

// versionOrders tries every order of the writers of the keys from a position on.
func (b *bruteForce) versionOrders(at int, order map[string][]int) bool {
	if at == 3 {
		return b.sources(0, order, make([][]int, len(b.ops)))
	}
	key := string(rune('a' + at))
	var writers []int
	for i := range b.ops {
		if slices.ContainsFunc(b.ops[i].Writes, func(w history.Write) bool { return string(w.Key) == key }) {
			writers = append(writers, i)
		}
	}
	return permute(writers, 0, func() bool {
		order[key] = slices.Clone(writers)
		return b.versionOrders(at+1, order)
	})
}

func permute(all []int, from int, visit func() bool) bool {
	if from == len(all) {
		return visit()
	}
	for i := from; i < len(all); i++ {
		all[from], all[i] = all[i], all[from]
		if permute(all, from+1, visit) {
			return true
		}
		all[from], all[i] = all[i], all[from]
	}
	return false
}

// sources tries every writer that each read of a transaction can have seen. A writer is a place in the order of the
// key, counted from 1; 0 is the initial value, and -1 means that it does not matter.
func (b *bruteForce) sources(t int, order map[string][]int, seen [][]int) bool {
	if t == len(b.ops) {
		return b.acyclic(order, seen)
	}
	var choices [][]int
	own := map[string]string{}
	wrote := map[string]bool{}
	ok := steps(&b.ops[t], func(r *history.Read, _ bool, w *history.Write) bool {
		if w != nil {
			key := string(w.Key)
			if b.model == appendedLists && !wrote[key] {
				own[key] = b.valueAt(key, order[key], slices.Index(order[key], t))
			}
			wrote[key] = true
			b.model.write(own, *w)
			return true
		}
		key := string(r.Key)
		if wrote[key] {
			choices = append(choices, []int{-1})
			return own[key] == string(r.Value)
		}
		var places []int
		for p := range len(order[key]) + 1 {
			if (p == 0 || order[key][p-1] != t) && b.valueAt(key, order[key], p) == string(r.Value) {
				places = append(places, p)
			}
		}
		choices = append(choices, places)
		return len(places) > 0
	})
	return ok && b.pick(choices, 0, nil, func(picked []int) bool {
		seen[t] = picked
		return b.sources(t+1, order, seen)
	})
}

func (b *bruteForce) pick(choices [][]int, at int, picked []int, visit func([]int) bool) bool {
	if at == len(choices) {
		return visit(slices.Clone(picked))
	}
	for _, c := range choices[at] {
		if b.pick(choices, at+1, append(picked, c), visit) {
			return true
		}
	}
	return false
}

// valueAt returns what a key holds after the given number of its writers.
func (b *bruteForce) valueAt(key string, order []int, place int) string {
	store := map[string]string{}
	for _, t := range order[:place] {
		for _, w := range b.ops[t].Writes {
			if string(w.Key) == key {
				b.model.write(store, w)
			}
		}
	}
	return store[key]
}

// acyclic reports whether no transaction read from, or was overwritten by, one that came in the wrong order and, at
// MonotonicAtomicView, whether no transaction vanished.
func (b *bruteForce) acyclic(order map[string][]int, seen [][]int) bool {
	n := len(b.ops)
	before := make([][]bool, n)
	for i := range before {
		before[i] = make([]bool, n)
	}
	for _, writers := range order {
		for i := 1; i < len(writers); i++ {
			before[writers[i-1]][writers[i]] = true
		}
	}
	for t := range b.ops {
		at := 0
		must := map[string]int{}
		fits := steps(&b.ops[t], func(r *history.Read, phantom bool, w *history.Write) bool {
			if w != nil {
				return true
			}
			key, place := r.Key, seen[t][at]
			at++
			if place < 0 {
				return true
			}
			if place < must[string(key)] && !phantom && b.level == checker.MonotonicAtomicView {
				return false
			}
			if place > 0 {
				from := order[string(key)][place-1]
				before[from][t] = true
				for k, writers := range order {
					must[k] = max(must[k], slices.Index(writers, from)+1)
				}
			}
			return true
		})
		if !fits {
			return false
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				before[i][j] = before[i][j] || before[i][k] && before[k][j]
			}
		}
	}
	for i := range n {
		if before[i][i] {
			return false
		}
	}
	return true
}
