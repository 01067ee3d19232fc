package cluster

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// law is what raft promises, judged from outside as the run goes on.
type law struct {
	majorities
	leaders map[uint64]uint64          // by term
	effects map[uint64]replica.Applied // of entries, by index
	terms   map[uint64]uint64          // of entries that somebody has applied, by index
	known   map[uint64]uint64          // in which term somebody knew that they were committed, by index
	highest uint64                     // of these
}

func newLaw(w *world) *law {
	return &law{majorities: newMajorities(w), leaders: map[uint64]uint64{}, effects: map[uint64]replica.Applied{}, terms: map[uint64]uint64{}, known: map[uint64]uint64{}}
}

// look looks at a node after a step.
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
			l.world.violation("entry %d is command %d of client %x with outcome %d on one node, and command %d of client %x with outcome %d on node %d",
				a.Index, other.Number, other.Client, other.Outcome, a.Number, a.Client, a.Outcome, m.id)
		}
		l.effects[a.Index] = a
	}
	for i := max(s.First, l.highest+1); i <= s.Applied; i++ {
		l.terms[i], l.known[i] = m.node.Term(i), s.Term
		l.highest = i
	}
	for i := max(s.First, s.Applied-min(s.Applied, uint64(len(out.Applied)))); i <= s.Applied; i++ {
		if term := m.node.Term(i); l.terms[i] != 0 && term != l.terms[i] {
			l.world.violation("entry %d was committed in term %d, and node %d has applied one of term %d", i, l.terms[i], m.id, term)
		}
	}
}

// leads judges a node that takes itself for the leader. It has every entry that was committed in an earlier term; a leader who learns
// late that it is one need not have those of later terms.
func (l *law) leads(m *member, s replica.Status) {
	known, again := l.leaders[s.Term]
	if again && known != m.id {
		l.world.violation("term %d has two leaders, node %d and node %d", s.Term, known, m.id)
	}
	if again {
		return
	}
	l.leaders[s.Term] = m.id
	l.world.figures.Leaders++
	l.elected(m, &s)
	for i := s.First; i <= l.highest; i++ {
		if term, seen := l.known[i]; !seen || term >= s.Term { // a node may apply and cut off many entries in one step, unseen
			continue
		}
		if i > s.Last || m.node.Term(i) != l.terms[i] {
			l.world.violation("node %d became the leader of term %d without entry %d, which was committed in term %d", m.id, s.Term, i, l.terms[i])
			return
		}
	}
}

// ordered judges the log that a node finds when it is opened: terms never go back.
func (l *law) ordered(n *replica.Node, id, tick uint64) {
	s := n.Status()
	for i := s.First; i < s.Last; i++ {
		if n.Term(i) > n.Term(i+1) {
			l.world.violation("node %d, opened after a crash at tick %d, has entry %d of term %d before one of term %d", id, tick, i, n.Term(i), n.Term(i+1))
			return
		}
	}
}

// logsMatch compares logs: where two have entries of one index and one term, all earlier ones are the same.
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
				l.world.violation("nodes %d and %d agree in a later entry, and not in entry %d", a.id, b.id, i)
			}
			continue
		}
		same = true
		if !bytes.Equal(x.GetData(), y.GetData()) {
			l.world.violation("entry %d of term %d is not the same on nodes %d and %d", i, x.GetTerm(), a.id, b.id)
		}
	}
}
