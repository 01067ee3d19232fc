package cluster

import (
	"slices"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// replacement is a new node taking the place of an old one. The new node joins as a learner. Then it becomes a voter and the old
// node leaves, in one joint change or in two changes.
type replacement struct {
	joining, leaving *member
	apart            bool // in two changes
}

// replaceMember continues the current replacement, or starts one.
func (w *world) replaceMember(leaving *member) {
	l := w.leader()
	if l == nil {
		return
	}
	if w.replacing == nil {
		joining := &member{world: w, id: w.nextID, fs: w.newDisk(), period: 3}
		w.replacing = &replacement{joining: joining, leaving: leaving, apart: w.dice(Event{Kind: Replace, Node: w.nextID}).IntN(3) == 0}
		w.nextID++
		w.members = append(w.members, joining)
		joining.start()
	}
	w.changeMembers(l)
}

// changeMembers proposes the next change of a replacement. It is called repeatedly, because proposals can be lost.
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

// replaced continues the replacement, and finishes it once a majority of the remaining members has applied it. The old node then
// loses its disk or, in half of the cases, keeps running for a while without hearing of its removal.
func (w *world) replaced() {
	w.replaceBroken()
	l, r := w.leader(), w.replacing
	if r == nil || l == nil {
		return
	}
	s := l.node.Status()
	if !r.done(&s) {
		if comes(w.dice(Event{Kind: ofRetry, Step: w.step}), 30) {
			w.changeMembers(l)
		}
		return
	}
	applied := 0
	for _, m := range w.members {
		if m.up() && slices.Contains(s.Voters, m.id) {
			if its := m.node.Status(); r.done(&its) {
				applied++
			}
		}
	}
	if 2*applied <= len(s.Voters) {
		return
	}
	w.members = slices.DeleteFunc(w.members, func(m *member) bool { return m == r.leaving })
	w.retired = append(w.retired, r.leaving)
	r.leaving.lingers = w.step
	if lingers := (Event{Kind: Linger, Node: r.leaving.id}); w.happens(lingers, w.rng.IntN(2) == 0) {
		r.leaving.lingers += 100 + w.dice(lingers).IntN(500)
		for _, m := range w.members { // so that it does not hear of its removal
			w.sever(m, r.leaving)
		}
	}
	w.replacing = nil
	w.tell("node %d is no longer a member", r.leaving.id)
	w.figures.Replaced++
	disaster := Event{Kind: Disaster, Node: r.leaving.id}
	if applied == len(s.Voters) && w.happens(disaster, comes(w.rng, w.swarm.disaster)) {
		w.disaster(disaster)
	}
}

// disaster cuts the power of all nodes and destroys the disk of one, just after all of them have removed another one. If the removal
// is not durable on those that are left, they wait for the vote of the removed node. (A node that has not applied it may rightly
// wait.)
func (w *world) disaster(e Event) {
	if slices.ContainsFunc(w.members, func(m *member) bool { return m.rotten || m.gone }) {
		return // a majority must be left
	}
	for _, m := range w.members {
		if m.up() {
			m.cut(Event{Step: w.step, Kind: Disaster, Node: m.id}, 1, 150)
		}
	}
	lost := w.members[w.dice(e).IntN(len(w.members))]
	lost.node, lost.gone = nil, true
	w.figures.Disasters++
	w.tell("the disk of node %d is destroyed", lost.id)
}

// done reports whether a node has applied all changes of a replacement.
func (r *replacement) done(s *replica.Status) bool {
	return !s.Joint && slices.Contains(s.Voters, r.joining.id) && !slices.Contains(s.Voters, r.leaving.id)
}

// replaceBroken starts to replace a node whose disk is permanently broken.
func (w *world) replaceBroken() {
	for _, m := range w.members {
		if m.gone && w.replacing == nil && comes(w.dice(Event{Kind: ofRepair, Step: w.step, Node: m.id}), 30) {
			w.replaceMember(m)
			return
		}
	}
}

// linger runs the removed nodes, which may not know of their removal, until their time is over.
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
