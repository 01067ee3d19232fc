package cluster

import (
	"slices"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// replacement is a new node that takes the place of an old one. The new node is a learner first. Then it becomes a voter and
// the old one leaves: in one change, or in one after the other.
type replacement struct {
	joining, leaving *member
	apart            bool
}

// replace goes on with the replacement of a node, or begins one.
func (w *world) replace() {
	if w.leader() != nil {
		w.replaceMember(w.members[w.rng.IntN(len(w.members))])
	}
}

func (w *world) replaceMember(leaving *member) {
	l := w.leader()
	if l == nil {
		return
	}
	if w.replacing == nil {
		joining := &member{world: w, id: w.nextID, fs: faultfs.New(faultfs.Options{Tick: w.tick}), period: 3}
		w.replacing = &replacement{joining: joining, leaving: leaving, apart: w.rng.IntN(3) == 0}
		w.nextID++
		w.members = append(w.members, joining)
		joining.start()
	}
	w.changeMembers(l)
}

// changeMembers proposes what a replacement needs next. It is called again and again: a proposal may be lost.
func (w *world) changeMembers(l *member) {
	s, r := l.node.Status(), w.replacing
	in, out := r.joining.id, r.leaving.id
	votes := slices.Contains(s.Voters, in)
	var changes []replica.MemberChange
	switch {
	case s.Joint || votes && !slices.Contains(s.Voters, out):
		return
	case !votes && !slices.Contains(s.Learners, in):
		changes = []replica.MemberChange{{Node: in, Change: replica.AddLearner}}
	case r.apart && !votes:
		changes = []replica.MemberChange{{Node: in, Change: replica.AddVoter}}
	case r.apart:
		changes = []replica.MemberChange{{Node: out, Change: replica.Remove}}
	default:
		changes = []replica.MemberChange{{Node: in, Change: replica.AddVoter}, {Node: out, Change: replica.Remove}}
	}
	err := l.node.ProposeMembers(changes...)
	if stopped(err) && !l.survives(err) {
		return
	}
	l.run()
}

// replaced goes on with a replacement, and finishes it once a majority of those who are left has applied it. Then the disk of the old
// node is lost, or the node goes on for a while, as one that nobody has told.
func (w *world) replaced() {
	w.replaceBroken()
	l, r := w.leader(), w.replacing
	if r == nil || l == nil {
		return
	}
	s := l.node.Status()
	if !r.done(&s) {
		if comes(w.rng, 30) {
			w.changeMembers(l)
		}
		return
	}
	know := 0
	for _, m := range w.members {
		if m.up() && slices.Contains(s.Voters, m.id) {
			if its := m.node.Status(); r.done(&its) {
				know++
			}
		}
	}
	if 2*know <= len(s.Voters) {
		return
	}
	w.members = slices.DeleteFunc(w.members, func(m *member) bool { return m == r.leaving })
	w.retired = append(w.retired, r.leaving)
	r.leaving.lingers = w.step
	if w.rng.IntN(2) == 0 {
		r.leaving.lingers += 100 + w.rng.IntN(500)
		for _, m := range w.members { // nobody tells it, for a while
			w.sever(m, r.leaving)
		}
	}
	w.replacing = nil
	w.figures.Replaced++
}

// done reports whether a node has applied all changes of a replacement.
func (r *replacement) done(s *replica.Status) bool {
	return !s.Joint && slices.Contains(s.Voters, r.joining.id) && !slices.Contains(s.Voters, r.leaving.id)
}

// replaceBroken begins to replace a node whose disk is broken for good.
func (w *world) replaceBroken() {
	for _, m := range w.members {
		if m.gone && w.replacing == nil && comes(w.rng, 30) {
			w.replaceMember(m)
			return
		}
	}
}

// linger lets the nodes that were removed, and may not know it, go on until their time is over.
func (w *world) linger() {
	for _, m := range w.retired {
		switch {
		case m.gone:
		case w.over || w.step >= m.lingers:
			m.node, m.gone = nil, true
		default:
			m.turn()
		}
	}
}
