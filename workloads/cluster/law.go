package cluster

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// law judges raft's promises from outside while the run proceeds.
type law struct {
	majorities
	leaders map[uint64]uint64          // by term
	effects map[uint64]replica.Applied // of entries, by index
	terms   map[uint64]uint64          // of applied entries, by index
	known   map[uint64]uint64          // the term of the node that first applied an entry, by index
	highest uint64                     // the highest of these indexes
}

func newLaw(w *world) *law {
	return &law{majorities: newMajorities(w), leaders: map[uint64]uint64{}, effects: map[uint64]replica.Applied{}, terms: map[uint64]uint64{}, known: map[uint64]uint64{}}
}

// look judges a node after a step.
func (l *law) look(m *member, out *replica.Output) {
	s := m.node.Status()
	l.hear(m, out)
	for _, c := range out.Changed {
		l.changed(m, c)
	}
	if s.IsLeader {
		l.leads(m, s)
		l.commits(m, &s)
	}
	l.before[m] = membershipOf(&s)
	for _, a := range out.Applied {
		if other, known := l.effects[a.Index]; known && other != a {
			l.world.violation(Effects, "on one node entry %d is %s, but on node %d it is %s", a.Index, effect(&other), m.id, effect(&a))
		}
		l.effects[a.Index] = a
	}
	for i := max(s.First, l.highest+1); i <= s.Applied; i++ {
		l.terms[i], l.known[i] = m.node.Term(i), s.Term
		l.highest = i
	}
	for i := max(s.First, s.Applied-min(s.Applied, uint64(len(out.Applied)))); i <= s.Applied; i++ {
		if term := m.node.Term(i); l.terms[i] != 0 && term != l.terms[i] {
			l.world.violation(Committed, "entry %d of term %d was committed, but node %d has applied one of term %d", i, l.terms[i], m.id, term)
		}
	}
}

// effect describes what an entry did.
func effect(a *replica.Applied) string {
	outcome := map[replica.Outcome]string{replica.Done: "takes effect", replica.Refused: "is refused because a condition does not hold", replica.Old: "is refused as old"}
	return fmt.Sprintf("command %d of client %d, which %s", a.Number, clientNumber(a.Client), outcome[a.Outcome])
}

// leads judges a node that considers itself the leader: it must have every entry committed in an earlier term. Entries
// committed in later terms do not count, because a deposed leader may learn of its deposition late.
func (l *law) leads(m *member, s replica.Status) {
	known, again := l.leaders[s.Term]
	if again && known != m.id {
		l.world.violation(Leaders, "term %d has two leaders, node %d and node %d", s.Term, known, m.id)
	}
	if again {
		return
	}
	l.leaders[s.Term] = m.id
	l.world.tell("node %d becomes the leader of term %d", m.id, s.Term)
	l.world.figures.Leaders++
	l.elected(m, &s)
	for i := s.First; i <= l.highest; i++ {
		if term, seen := l.known[i]; !seen || term >= s.Term { // not seen: a node can apply and cut many entries in one step
			continue
		}
		if i > s.Last || m.node.Term(i) != l.terms[i] {
			l.world.violation(Completeness, "node %d became the leader of term %d without entry %d of term %d, which was committed", m.id, s.Term, i, l.terms[i])
			return
		}
	}
}

// ordered describes two entries of a node's log whose terms decrease, or returns "" if there are none.
func ordered(n *replica.Node) string {
	s := n.Status()
	for i := s.First; i < s.Last; i++ {
		if n.Term(i) > n.Term(i+1) {
			return fmt.Sprintf("has entry %d of term %d before one of term %d", i, n.Term(i), n.Term(i+1))
		}
	}
	return ""
}

// logsMatch judges log matching: if two logs have an entry with the same index and term, all earlier entries are the same.
func (l *law) logsMatch() {
	var with *member
	for _, m := range l.world.members {
		if !m.up() {
			continue
		}
		if with != nil {
			l.match(with, m)
		}
		with = m
	}
}

func (l *law) match(a, b *member) {
	s, t := a.node.Status(), b.node.Status()
	same := false
	for i := min(s.Last, t.Last); i >= max(s.First, t.First) && i > 0; i-- {
		x, y := a.node.Entry(i), b.node.Entry(i)
		if x.GetTerm() != y.GetTerm() {
			if same {
				l.world.violation(LogMatching, "nodes %d and %d differ in entry %d, but agree in a later one", a.id, b.id, i)
			}
			continue
		}
		same = true
		if !bytes.Equal(x.GetData(), y.GetData()) {
			l.world.violation(LogMatching, "entry %d of term %d differs between nodes %d and %d", i, x.GetTerm(), a.id, b.id)
		}
	}
}
