package checker

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Lists says which keys hold lists and how to read them. A list only grows, and no two appends to it add equal
// elements.
type Lists struct {
	IsList   func(key []byte) bool
	Elements func(value []byte) (elements [][]byte, ok bool) // of the value of a list; they may alias it
}

// txnFate is what became of a transaction.
type txnFate uint8

const (
	open      txnFate = iota // it may or may not have committed
	aborted                  // it has not committed
	committed                // it has committed: the store said so, or somebody saw its writes
)

// transaction is an operation, as far as it concerns lists.
type transaction struct {
	op    *history.Op
	steps []micro
	fate  txnFate
}

// micro is one thing that a transaction did to one list: an append or a read.
type micro struct {
	list    int32
	element int32   // the element that it appended; -1 for a read; or notFound
	read    []int32 // the elements that it found
}

// notFound takes the place of an element where a scan did not find the list.
const notFound = int32(-2)

func (m *micro) appends() bool { return m.element >= 0 }
func (m *micro) phantom() bool { return m.element == notFound }

// element is one value in one list.
type element struct {
	name   string
	list   int32
	writer int32 // position of the transaction that appended it; -1: nobody did
	final  bool  // its writer appended nothing to the list afterwards
	prev   int32 // the element that its writer had last appended to the list before this one, or -1
	place  int32 // in the order of the list, counted from 1; 0 if nobody read it
}

// list is everything that is known about one list.
type list struct {
	key      []byte
	elements map[string]int32
	longest  []int32 // the longest read by anybody; most reads are a prefix of it and share its memory
	order    []int32 // the longest read by a committed transaction
	unseen   []int32 // elements of committed transactions that nobody read; they come after order
	broken   bool    // something is wrong with the list, so nothing follows from its order
}

// ledger is a history of lists, with every element traced to its writer.
type ledger struct {
	format    Lists
	level     Level
	txns      []transaction // in order of call
	lists     []list
	byKey     map[string]int32
	elements  []element
	ambiguous string // the reason, if nothing can be judged
}

func newLedger(ops []history.Op, format Lists, level Level) *ledger {
	g := &ledger{format: format, level: level, byKey: map[string]int32{}}
	appends := 0
	for i := range ops { // first everything written, so that scans know every list
		for _, w := range ops[i].Writes {
			if format.IsList(w.Key) {
				g.list(w.Key)
				appends++
			}
		}
	}
	g.txns, g.elements = make([]transaction, 0, len(ops)), make([]element, 0, appends)
	for i := range ops {
		if steps := g.steps(&ops[i]); len(steps) > 0 {
			g.add(transaction{op: &ops[i], steps: steps, fate: fateOf(&ops[i])})
		}
	}
	if level.committedOnly() {
		g.settleOpen()
	}
	return g
}

func fateOf(op *history.Op) txnFate {
	switch op.Outcome {
	case history.Acked:
		return committed
	case history.Rejected:
		return aborted
	default:
		return open
	}
}

// list returns the number of a list, creating it if need be.
func (g *ledger) list(key []byte) int32 {
	if n, known := g.byKey[string(key)]; known {
		return n
	}
	n := int32(len(g.lists))
	g.byKey[string(key)] = n
	g.lists = append(g.lists, list{key: key, elements: map[string]int32{}})
	return n
}

// element returns the number of an element, creating it without a writer if need be.
func (g *ledger) element(l int32, name []byte) int32 {
	if e, known := g.lists[l].elements[string(name)]; known {
		return e
	}
	e, text := int32(len(g.elements)), string(name)
	g.lists[l].elements[text] = e
	g.elements = append(g.elements, element{name: text, list: l, writer: -1, prev: -1})
	return e
}

// add records a transaction as the writer of everything that it appends.
func (g *ledger) add(t transaction) {
	n := int32(len(g.txns))
	g.txns = append(g.txns, t)
	for i := range t.steps {
		if s := &t.steps[i]; s.appends() {
			e := &g.elements[s.element]
			if e.writer >= 0 && g.ambiguous == "" {
				g.ambiguous = fmt.Sprintf("%s was appended to %s twice: its writer cannot be identified",
					g.name(s.element), KeyText(g.lists[s.list].key))
			}
			e.writer, e.final = n, true
			for k := range t.steps[:i] {
				if p := &t.steps[k]; p.appends() && p.list == s.list {
					g.elements[p.element].final = false
					e.prev = p.element
				}
			}
		}
	}
}

// steps returns what an operation did to lists, in the order in which it did it.
func (g *ledger) steps(op *history.Op) []micro {
	if op.Scans() {
		return g.scanned(op)
	}
	reads, writes := op.Reads, op.Writes
	all := make([]micro, 0, len(reads)+len(writes))
	if op.Missed && op.Outcome == history.Acked {
		writes = nil
	} else if op.Outcome == history.Acked {
		for _, c := range op.If {
			all = g.readStep(all, c)
		}
	}
	for i := range len(reads) + len(writes) {
		write := len(reads) == 0
		if i < len(op.Order) && len(reads) > 0 && len(writes) > 0 {
			write = op.Order[i] == 'w'
		}
		if write {
			all = g.appendStep(all, writes[0])
			writes = writes[1:]
			continue
		}
		all = g.readStep(all, reads[0])
		reads = reads[1:]
	}
	return all
}

func (g *ledger) appendStep(all []micro, w history.Write) []micro {
	if !g.format.IsList(w.Key) {
		return all
	}
	l := g.list(w.Key)
	elements, ok := g.format.Elements(w.Value)
	if w.Delete || !ok || len(elements) == 0 {
		g.ambiguous = fmt.Sprintf("%s was written with a value that is not a list", KeyText(w.Key))
		return all
	}
	return append(all, micro{list: l, element: g.element(l, elements[len(elements)-1])})
}

func (g *ledger) readStep(all []micro, r history.Read) []micro {
	if !g.format.IsList(r.Key) {
		return all
	}
	return append(all, g.reading(g.list(r.Key), r.Value, r.Found))
}

// reading returns the step of reading a value. A value that is not a list counts as a list with one element, which
// nobody appended.
func (g *ledger) reading(l int32, value []byte, found bool) micro {
	m := micro{list: l, element: -1}
	if !found {
		return m
	}
	elements, ok := g.format.Elements(value)
	if !ok {
		elements = [][]byte{value}
	}
	m.read = g.shared(l, elements)
	return m
}

// shared returns the numbers of elements. If one of the elements and the longest read of their list is a prefix of the
// other, the result shares memory with that read, which is extended if necessary.
func (g *ledger) shared(l int32, elements [][]byte) []int32 {
	same := 0
	for longest := g.lists[l].longest; same < min(len(longest), len(elements)); same++ {
		if g.elements[longest[same]].name != string(elements[same]) {
			break
		}
	}
	x := &g.lists[l]
	switch {
	case same == len(elements):
		return x.longest[:same:same]
	case same < len(x.longest):
		x = &list{elements: x.elements} // a different order, which shares nothing
		same = 0
	}
	for _, name := range elements[same:] {
		x.longest = append(x.longest, g.element(l, name))
	}
	return x.longest[:len(elements):len(elements)]
}

// scanned returns the reads of a scan. Lists in its range that it does not show count as not found.
func (g *ledger) scanned(op *history.Op) []micro {
	if op.Outcome != history.Acked {
		return nil
	}
	var all []micro
	seen := map[int32]bool{}
	for _, r := range op.Reads {
		if all = g.readStep(all, r); g.format.IsList(r.Key) {
			seen[all[len(all)-1].list] = true
		}
	}
	for l := range g.lists {
		key := string(g.lists[l].key)
		if !seen[int32(l)] && key >= string(op.ScanFrom) && (len(op.ScanTo) == 0 || key < string(op.ScanTo)) {
			all = append(all, micro{list: int32(l), element: notFound})
		}
	}
	return all
}

// settleOpen finds the open transactions that must have committed, because a committed transaction has seen what they
// appended.
func (g *ledger) settleOpen() {
	var todo []int32
	for t := range g.txns {
		if g.txns[t].fate == committed {
			todo = append(todo, int32(t))
		}
	}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i := range g.txns[t].steps {
			for _, e := range g.txns[t].steps[i].read {
				if w := g.elements[e].writer; w >= 0 && g.txns[w].fate == open {
					g.txns[w].fate = committed
					todo = append(todo, w)
				}
			}
		}
	}
}

// own reports whether an element was appended by a transaction.
func (g *ledger) own(t, e int32) bool { return g.elements[e].writer == t }
