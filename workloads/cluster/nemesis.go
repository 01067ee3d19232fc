package cluster

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// diskFaults are the faults that a running node's disk can have. A node that hits one stops; its state on disk stays valid.
var diskFaults = []string{
	"eio write nth=%d", "eio sync nth=%d", "enospc write nth=%d", "short write nth=%d", "failed sync nth=%d", "eio create nth=%d",
	"eio read nth=%d", "short read nth=%d", "bitflip read nth=%d", "eio remove nth=%d", "eio rename nth=%d",
}

// openingFaults are the faults of a disk while a node is being opened. None of them corrupts what is read: a corrupt end of a log
// is indistinguishable from one that a power cut has torn.
var openingFaults = []string{"eio read nth=%d", "eio open nth=%d", "eio sync nth=%d", "eio write nth=%d"}

// interfere injects the faults that this run's swarm schedules for the current step.
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
		w.sever(w.anyone(), w.anyone())
	}
	if comes(rng, 150) {
		clear(w.network.severed)
	}
	if comes(rng, s.disk) {
		w.breakDisk()
	}
	if comes(rng, s.skew) {
		w.anyone().period = 1 + rng.IntN(8)
	}
	if comes(rng, s.transfer) {
		w.handOver()
	}
	if comes(rng, s.replace) {
		w.replace()
	}
	if comes(rng, s.rot) {
		w.rot()
	}
	if comes(rng, s.halt) {
		m := w.anyone()
		m.halts = w.step + 1 + rng.IntN(150)
		m.deaf = m.halts + rng.IntN(40)
		w.figures.Halts++
	}
	if comes(rng, s.slow) {
		w.anyone().lag = max(0, rng.IntN(120)-60)
	}
	if comes(rng, s.depose) {
		w.depose()
	}
	if comes(rng, s.mistake) {
		w.mistake(w.anyone())
	}
}

// anyone returns a random node, with a bias to the leader, where faults do the most damage. A deposed leader that does not know it
// counts as well.
func (w *world) anyone() *member {
	if l := w.leaders(); len(l) > 0 && w.rng.IntN(3) == 0 {
		return l[w.rng.IntN(len(l))]
	}
	return w.members[w.rng.IntN(len(w.members))]
}

// cutSome draws n nodes and cuts the power of those that are up.
func (w *world) cutSome(n int) {
	for _, i := range w.rng.Perm(len(w.members))[:n] {
		if m := w.members[i]; m.up() {
			m.cut(1 + w.rng.IntN(150))
		}
	}
}

// partition splits the group at random, or isolates one node.
func (w *world) partition() {
	side := w.rng.Uint64()
	if w.rng.IntN(2) == 0 {
		side = w.only(w.anyone())
	}
	w.split(side)
}

// depose isolates a leader whose clock is slow, so that the others elect another one long before it steps down. Clients reach both.
func (w *world) depose() {
	if l := w.leader(); l != nil {
		l.period = 4 + w.rng.IntN(8)
		w.split(w.only(l))
	}
}

// only returns the side of a partition on which a node is alone.
func (w *world) only(m *member) (side uint64) { return 1 << slices.Index(w.members, m) }

// split severs the nodes of a side, one bit for each, from the rest.
func (w *world) split(side uint64) {
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

// breakDisk lets one of the next calls on a node's disk fail.
func (w *world) breakDisk() {
	m := w.members[w.rng.IntN(len(w.members))]
	if !m.up() {
		return
	}
	m.fs.SetRules(parsed(fmt.Sprintf(diskFaults[w.rng.IntN(len(diskFaults))], 1+w.rng.IntN(8))))
	w.figures.DiskFaults++
}

// breakOpening occasionally lets a call on a node's disk fail while the node is being opened.
func (w *world) breakOpening(m *member) {
	if !w.over && w.step > 0 && !m.rotten && comes(w.rng, w.swarm.opening) {
		m.fs.SetRules(parsed(fmt.Sprintf(openingFaults[w.rng.IntN(len(openingFaults))], 1+w.rng.IntN(8))))
		w.figures.DiskFaults++
	}
}

func parsed(text string) *faultfs.Rule {
	rule, err := faultfs.ParseRule(text)
	if err != nil {
		panic("cluster: fault rule of the nemesis: " + err.Error())
	}
	return rule
}

// rotten is the rule for bit rot, which affects tables only. The rotten end of a log is indistinguishable from one that a power
// cut has torn, so a node with such a log would break its word through no fault of its own.
const rotten = "bitflip rest *.sst"

// rot cuts the power of a node and flips a bit at rest on its disk. At most one node of the group has a rotten disk at a time. If
// the node can no longer run, it is replaced.
func (w *world) rot() {
	m := w.anyone()
	if !m.up() || slices.ContainsFunc(w.members, func(m *member) bool { return m.rotten || m.gone }) {
		return
	}
	point := faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now())
	bad, _, done := point.Rot(parsed(rotten), w.rng.Uint64())
	if !done {
		return // no table exists yet
	}
	m.rotten = true
	m.begin(bad, 1+w.rng.IntN(150))
	w.figures.Rotten++
}

// mistake makes the mistakes of an operator: it starts a second process on the store of a running node, and starts a node with
// another ID or group on a copy of that store. Each must be refused.
func (w *world) mistake(m *member) {
	if !m.up() {
		return
	}
	w.figures.Mistakes++
	if _, err := replica.Open(m.config(m.fs)); !errors.Is(err, engine.ErrLocked) && w.harmless(m) {
		w.violation("a second process opened the store of node %d while the node was running, or failed with another error than ErrLocked: %v", m.id, err)
	}
	for _, change := range []func(*replica.Config){
		func(c *replica.Config) { c.ID += 100 }, func(c *replica.Config) { c.Group += "-two" },
	} {
		c := m.config(faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now()).Image(faultfs.ImageOptions{}))
		c.Members = nil
		change(&c)
		if _, err := replica.Open(c); !errors.Is(err, replica.ErrStranger) && !m.rotten {
			w.violation("node %d of group %q opened the store of node %d of group %q, or failed without ErrStranger: %v", c.ID, c.Group, m.id, group, err)
		}
	}
}

// harmless reports whether no fault has hit the disk of a member since its last power cut.
func (w *world) harmless(m *member) bool {
	return !slices.ContainsFunc(m.fs.Trace(), func(op faultfs.Op) bool { return op.Fault != faultfs.NoEffect })
}

// leader returns the node that was elected last of those that consider themselves the leader, or nil.
func (w *world) leader() (last *member) {
	term := uint64(0)
	for _, m := range w.leaders() {
		if s := m.node.Status(); s.Term >= term {
			last, term = m, s.Term
		}
	}
	return last
}

// leaders returns the nodes that consider themselves the leader: more than one while a deposed leader does not know it.
func (w *world) leaders() (all []*member) {
	for _, m := range w.members {
		if m.up() && m.node.Status().IsLeader {
			all = append(all, m)
		}
	}
	return all
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
