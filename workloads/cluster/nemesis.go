package cluster

import (
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// diskFaults are what a disk may do wrong. A node that meets one stops; until then, and after its next power cut, it is whole.
var diskFaults = []string{"eio write nth=%d", "eio sync nth=%d", "enospc write nth=%d", "short write nth=%d", "failed sync nth=%d", "eio create nth=%d"}

// interfere does what the swarm of this run does.
func (w *world) interfere() {
	rng, s := w.rng, &w.swarm
	if comes(rng, s.cutOne) {
		w.cutSome(1)
	}
	if comes(rng, s.cutSome) {
		w.cutSome(1 + rng.IntN(len(w.members)))
	}
	if comes(rng, s.cutAll) {
		w.cutSome(len(w.members))
	}
	if comes(rng, s.partition) {
		w.partition()
	}
	if comes(rng, s.oneWay) {
		a, b := w.members[rng.IntN(len(w.members))], w.members[rng.IntN(len(w.members))]
		w.sever(a, b)
	}
	if comes(rng, 150) {
		clear(w.network.severed)
	}
	if comes(rng, s.disk) {
		w.breakDisk()
	}
	if comes(rng, s.skew) {
		w.members[rng.IntN(len(w.members))].period = 1 + rng.IntN(8)
	}
	if comes(rng, s.transfer) {
		w.handOver()
	}
	if comes(rng, s.replace) {
		w.replace()
	}
}

// cutSome cuts the power of n nodes that are up.
func (w *world) cutSome(n int) {
	for _, i := range w.rng.Perm(len(w.members))[:n] {
		if m := w.members[i]; m.up() {
			m.cut(1 + w.rng.IntN(150))
		}
	}
}

// partition cuts the group in two.
func (w *world) partition() {
	side := w.rng.Uint64()
	for i, a := range w.members {
		for j, b := range w.members {
			if side>>i&1 != side>>j&1 {
				w.sever(a, b)
			}
		}
	}
	w.figures.Partitions++
}

func (w *world) sever(from, to *member) { w.network.severed[[2]uint64{from.id, to.id}] = true }

// breakDisk lets one of the next calls of a disk fail.
func (w *world) breakDisk() {
	m := w.members[w.rng.IntN(len(w.members))]
	if !m.up() {
		return
	}
	text := diskFaults[w.rng.IntN(len(diskFaults))]
	rule, err := faultfs.ParseRule(fmt.Sprintf(text, 1+w.rng.IntN(20)))
	if err != nil {
		panic("cluster: a rule of its own: " + err.Error())
	}
	m.fs.SetRules(rule)
	w.figures.DiskFaults++
}

// harmless reports whether no fault has hit the disk of a member since its power was cut last.
func (w *world) harmless(m *member) bool { return len(m.fs.Injected()) == 0 }

// leader returns a node that takes itself for the leader.
func (w *world) leader() *member {
	for _, m := range w.members {
		if m.up() && m.node.Status().IsLeader {
			return m
		}
	}
	return nil
}

// handOver asks the leader to make another node the leader.
func (w *world) handOver() {
	if l := w.leader(); l != nil {
		to := w.members[w.rng.IntN(len(w.members))]
		if l.survives(l.node.TransferLeader(to.id)) {
			l.run()
		}
	}
}

// replace goes on with the replacement of a node, or begins one. The new node is a learner first. Then one change makes it a
// voter and removes the old one, whose disk is lost as soon as both majorities have agreed.
func (w *world) replace() {
	l := w.leader()
	if l == nil {
		return
	}
	if w.joining == nil {
		w.leaving = w.members[w.rng.IntN(len(w.members))]
		w.joining = &member{world: w, id: w.nextID, fs: faultfs.New(faultfs.Options{Tick: w.tick}), period: 3}
		w.nextID++
		w.joining.start()
	}
	w.changeMembers(l)
}

// changeMembers proposes what a replacement needs next. It is called again and again: a proposal may be lost.
func (w *world) changeMembers(l *member) {
	s := l.node.Status()
	var changes []replica.MemberChange
	switch {
	case s.Joint:
		return
	case slices.Contains(s.Voters, w.joining.id) && !slices.Contains(s.Voters, w.leaving.id):
		return
	case !slices.Contains(s.Learners, w.joining.id) && !slices.Contains(s.Voters, w.joining.id):
		changes = []replica.MemberChange{{Node: w.joining.id, Change: replica.AddLearner}}
	default:
		changes = []replica.MemberChange{{Node: w.joining.id, Change: replica.AddVoter}, {Node: w.leaving.id, Change: replica.Remove}}
	}
	err := l.node.ProposeMembers(changes...)
	if stopped(err) && !l.survives(err) {
		return
	}
	l.run()
}

// replaced finishes a replacement once the leader has applied it.
func (w *world) replaced() {
	l := w.leader()
	if w.joining == nil || l == nil {
		return
	}
	s := l.node.Status()
	if l == w.leaving || s.Joint || !slices.Contains(s.Voters, w.joining.id) || slices.Contains(s.Voters, w.leaving.id) {
		if comes(w.rng, 30) {
			w.changeMembers(l)
		}
		return
	}
	w.leaving.node, w.leaving.gone = nil, true
	w.retired = append(w.retired, w.leaving)
	w.members = slices.DeleteFunc(w.members, func(m *member) bool { return m == w.leaving })
	w.leaving, w.joining = nil, nil
	w.figures.Replaced++
}
