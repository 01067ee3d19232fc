package checker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// recovered is a store after a crash, seen as a transaction that comes after everything and reads all lists.
type recovered struct {
	*Isolation
	where string
	reads []micro
	there []bool // by element
	in    []bool // by transaction: at least one of its elements is there
}

// JudgeState says whether the lists of a recovered store fit the order in which the run before the crash saw them
// grow. A crash may lose transactions; which ones is for [Durability] to judge. But whatever is there must come from a
// committed transaction, in the order that the run saw and, if the rule has Atomic, completely. If the rule has
// Suffix, nothing may be missing that came before something that is there, directly or through other transactions.
//
// What the run saw after the crash point counts too, because it reveals the order of the commits.
func (j *Isolation) JudgeState(cut history.Cut, state *history.State, rule Rule) Result {
	r := Result{Judge: "isolation", Verdict: Pass}
	if j.reason != "" {
		return r.unclear("%s", j.reason)
	}
	s := &recovered{
		Isolation: j, where: fmt.Sprintf("after the crash at tick %d", cut.Acked),
		there: make([]bool, len(j.elements)), in: make([]bool, len(j.txns)),
	}
	if v := s.enter(state); v != nil {
		return r.fail(*v)
	}
	for i := range s.reads {
		if v := s.checkRead(&s.reads[i], rule); v != nil {
			return r.fail(*v)
		}
	}
	if rule.Suffix {
		for _, check := range []func() *Violation{s.checkRevealed, s.checkClosed} {
			if v := check(); v != nil {
				return r.fail(*v)
			}
		}
	}
	return r
}

// enter reads the lists of a state. An element that the ledger does not know was neither appended nor read by anybody.
func (s *recovered) enter(state *history.State) *Violation {
	for key, value := range state.All() {
		if !s.format.IsList(key) {
			continue
		}
		elements, ok := s.format.Elements(value)
		l, known := s.byKey[string(key)]
		m := micro{list: l, element: -1}
		for _, name := range elements {
			e, appended := int32(0), false
			if known {
				e, appended = s.lists[l].elements[string(name)]
			}
			if !appended || s.elements[e].writer < 0 {
				return &Violation{Class: "garbage element", Sentence: fmt.Sprintf("%s has an element %s %s that nobody appended",
					KeyText(key), quote(name, 20), s.where)}
			}
			m.read = append(m.read, e)
			s.there[e], s.in[s.elements[e].writer] = true, true
		}
		if !ok {
			return &Violation{Class: "garbage element", Sentence: fmt.Sprintf("%s is not a list %s", KeyText(key), s.where)}
		}
		s.reads = append(s.reads, m)
	}
	return nil
}

// checkRead checks one list of the state.
func (s *recovered) checkRead(m *micro, rule Rule) *Violation {
	for i, e := range m.read {
		w := s.elements[e].writer
		switch {
		case s.txns[w].fate == aborted:
			return s.violation("G1a", []int32{w}, fmt.Sprintf("aborted read: %s %s, but %s, which appended %s, was not committed",
				s.showRead(m), s.where, s.title(w), s.name(e)))
		case slices.Contains(m.read[:i], e):
			return s.violation("duplicate element", []int32{w}, fmt.Sprintf("%s %s, where %s is twice", s.showRead(m), s.where, s.name(e)))
		}
	}
	if n := len(m.read); n > 0 && rule.Atomic && !s.elements[m.read[n-1]].final {
		last := m.read[n-1]
		w := s.elements[last].writer
		return s.violation("G1b", []int32{w}, fmt.Sprintf("intermediate read: %s %s, but %s, which appended %s, appended more to it",
			s.showRead(m), s.where, s.title(w), s.name(last)))
	}
	return s.checkBeginning(m)
}

// checkBeginning compares a list with its longest read during the run. From the first difference on, every element
// must be of a transaction that nobody has seen. Such transactions may have committed in place of others that were
// lost.
func (s *recovered) checkBeginning(m *micro) *Violation {
	l := &s.lists[m.list]
	if l.broken {
		return nil
	}
	same := 0
	for same < min(len(m.read), len(l.order)) && m.read[same] == l.order[same] {
		same++
	}
	for _, e := range m.read[same:] {
		w := s.elements[e].writer
		if s.txns[w].fate == committed && s.elements[e].place > 0 {
			return s.violation("incompatible order", []int32{w}, fmt.Sprintf("%s %s, but before it was read as %s: neither is the "+
				"beginning of the other", s.showRead(m), s.where, s.show(l.order)))
		}
	}
	return nil
}

// checkClosed looks for a transaction that is missing although it came before one that is there. It walks backwards
// from all transactions that are there, passing through those that wrote nothing too.
func (s *recovered) checkClosed() *Violation {
	s.beforeOnce.Do(func() { s.before = s.graph.backwards(committedFirst(s.level)) })
	n := s.before
	seen := make([]bool, len(n.start)-1)
	via := make([]int32, len(seen)) // by node, the first edge on the way to a transaction that is there; selfEdge at the end
	var queue []int32
	for t := range s.txns {
		if s.in[t] && s.txns[t].fate == committed {
			node := n.committing(int32(t))
			seen[node], via[node] = true, selfEdge
			queue = append(queue, node)
		}
	}
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		if t := node / 2; node == n.committing(t) {
			if s.isMissing(t) {
				return s.accuseMissing(n, node, via)
			}
			if r := n.reading(t); !seen[r] {
				seen[r], via[r] = true, via[node]
				queue = append(queue, r)
			}
		}
		for _, e := range n.out(node) {
			if from, _ := n.ends(&n.graph.edges[e]); !seen[from] {
				seen[from], via[from] = true, e
				queue = append(queue, from)
			}
		}
	}
	return nil
}

// isMissing reports whether a transaction appended something but nothing of it is there.
func (s *recovered) isMissing(t int32) bool {
	return !s.in[t] && slices.ContainsFunc(s.txns[t].steps, func(m micro) bool { return m.appends() && !s.lists[m.list].broken })
}

// accuseMissing reports a missing transaction, with the path from it to one that is there. The recovered store is a
// transaction that read the lists, so it closes the cycle.
func (s *recovered) accuseMissing(n *network, node int32, via []int32) *Violation {
	path := cycle{{why: rw}}
	var reasons []string
	txns := []int32{node / 2}
	for e := via[node]; e != selfEdge; e = via[node] {
		at := n.graph.edges[e]
		path, reasons, txns = append(path, at), append(reasons, s.because(at)), append(txns, at.to)
		_, node = n.ends(&at)
	}
	path = append(path, edge{why: wr})
	first, last := txns[0], txns[len(txns)-1]
	return s.violation(path.class(), txns, fmt.Sprintf("%s, which appended %s, is missing %s, but %s, which appended %s, is there "+
		"and came later: %s", s.title(first), s.appendedBy(first), s.where, s.title(last), s.appendedBy(last),
		strings.Join(reasons, "; ")))
}

// appendedBy names the first thing that a transaction appended.
func (s *recovered) appendedBy(t int32) string {
	for _, m := range s.txns[t].steps {
		if m.appends() {
			return fmt.Sprintf("%s to %s", s.name(m.element), KeyText(s.lists[m.list].key))
		}
	}
	return "nothing"
}

// checkRevealed looks at transactions that the run left open but that the recovered store shows. What they read must
// be there too.
func (s *recovered) checkRevealed() *Violation {
	for t := range s.txns {
		if !s.in[t] || s.txns[t].fate != open {
			continue
		}
		for i := range s.txns[t].steps {
			m := &s.txns[t].steps[i]
			for _, e := range m.read {
				if w := s.elements[e].writer; w >= 0 && !s.there[e] && !s.own(int32(t), e) {
					return s.violation("G-single", []int32{int32(t), w}, fmt.Sprintf("%s, which appended %s, is there %s, but %s, "+
						"which it read, is not: %s", s.title(int32(t)), s.appendedBy(int32(t)), s.where, s.name(e), s.showRead(m)))
				}
			}
		}
	}
	return nil
}
