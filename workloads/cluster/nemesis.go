package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

// interfere does what happens at the beginning of a step: what the script says or, without one, what is drawn.
func (w *world) interfere() {
	var events []Event
	if w.script != nil {
		events = w.script.steps[w.step]
	} else {
		events = slices.Compact(slices.SortedFunc(slices.Values(w.drawn()), Event.Compare))
	}
	for _, e := range events {
		w.did(e)
		w.do(e)
	}
}

// happens is for events whose time depends on the run, such as the loss of a message that was just sent. It reports
// whether such an event happens: whether the script has it or, without a script, whether it was drawn.
func (w *world) happens(e Event, drawn bool) bool {
	if w.script != nil {
		drawn = w.script.all[e]
	}
	if w.over || !drawn {
		return false
	}
	w.did(e)
	return true
}

// did records that an event happened.
func (w *world) did(e Event) {
	w.events = append(w.events, e)
	w.show(e)
}

// drawn draws the events of this step. They name the nodes that they hit, because the draws depend on what the nodes are doing.
func (w *world) drawn() (events []Event) {
	rng, s := w.rng, &w.swarm
	hit := func(kind Kind, m *member) { events = append(events, Event{Step: w.step, Kind: kind, Node: m.id}) }
	sever := func(from, to *member) {
		events = append(events, Event{Step: w.step, Kind: Sever, Node: from.id, To: to.id})
	}
	split := func(side uint64) {
		for i, a := range w.members {
			for j, b := range w.members {
				if side>>i&1 != side>>j&1 {
					sever(a, b)
				}
			}
		}
	}
	for _, cut := range []struct{ once, nodes int }{{s.cutOne, 1}, {s.cutSome, 1 + rng.IntN(len(w.members))}, {s.cutAll, len(w.members)}} {
		if comes(rng, cut.once) {
			for _, i := range rng.Perm(len(w.members))[:cut.nodes] {
				hit(PowerCut, w.members[i])
			}
		}
	}
	if comes(rng, s.partition) {
		split(w.side())
	}
	if comes(rng, s.oneWay) {
		sever(w.anyone(), w.anyone())
	}
	if l := w.leader(); comes(rng, s.depose) && l != nil {
		hit(Drag, l)
		split(w.only(l))
	}
	if comes(rng, 150) {
		events = append(events, Event{Step: w.step, Kind: Heal})
	}
	for _, f := range []struct {
		once int
		kind Kind
	}{{s.skew, Skew}, {s.rot, Rot}, {s.halt, Halt}, {s.slow, Slow}, {s.mistake, Mistake}} {
		if comes(rng, f.once) {
			hit(f.kind, w.anyone())
		}
	}
	for _, f := range []struct {
		once int
		kind Kind
	}{{s.disk, DiskFault}, {s.transfer, HandOver}, {s.replace, Replace}} {
		if comes(rng, f.once) {
			hit(f.kind, w.members[rng.IntN(len(w.members))])
		}
	}
	return events
}

// do lets an event happen. An event about a node that does not exist, or is down when it would have to be up, has no effect.
func (w *world) do(e Event) {
	if e.Kind == Heal {
		clear(w.network.severed)
		return
	}
	m := w.member(e.Node)
	if m == nil || !slices.Contains(w.members, m) {
		return
	}
	switch e.Kind {
	case PowerCut, Kill:
		if m.up() {
			m.cut(e, 1, 150)
		}
	case Sever:
		if to := w.member(e.To); to != nil {
			w.sever(m, to)
		}
	case DiskFault:
		w.breakDisk(m, e)
	case Skew, Drag:
		m.period = w.period(e)
	case HandOver:
		w.handOver(m)
	case Replace:
		w.replaceMember(m)
	case Rot:
		w.rot(m, e)
	case Halt:
		m.halts, m.deaf = w.pause(e)
		w.figures.Halts++
	case Slow:
		m.lag = w.lag(e)
	case Mistake:
		w.mistake(m)
	default:
	}
}

// period returns how many steps pass between two ticks of a clock after an event.
func (w *world) period(e Event) int {
	if e.Kind == Drag {
		return 4 + w.dice(e).IntN(8)
	}
	return 1 + w.dice(e).IntN(8)
}

// lag returns how many more steps messages to a node take after an event.
func (w *world) lag(e Event) int { return max(0, w.dice(e).IntN(120)-60) }

// pause returns the steps until which a node is paused, and until which other nodes do not reach it.
func (w *world) pause(e Event) (halts, deaf int) {
	rng := w.dice(e)
	halts = w.step + 1 + rng.IntN(150)
	return halts, halts + rng.IntN(40)
}

// anyone returns a random node, with a bias to the leader, where faults do the most damage. A deposed leader that does not know it
// counts as well.
func (w *world) anyone() *member { return w.any(w.rng) }

func (w *world) any(rng *rand.Rand) *member {
	if l := w.leaders(); len(l) > 0 && rng.IntN(3) == 0 {
		return l[rng.IntN(len(l))]
	}
	return w.members[rng.IntN(len(w.members))]
}

// side draws the nodes of one side of a partition, one bit for each: at random, or one node alone.
func (w *world) side() uint64 {
	if w.rng.IntN(2) == 0 {
		return w.only(w.anyone())
	}
	return w.rng.Uint64()
}

// only returns the side of a partition on which a node is alone.
func (w *world) only(m *member) (side uint64) { return 1 << slices.Index(w.members, m) }

func (w *world) sever(from, to *member) {
	w.network.severed[[2]uint64{from.id, to.id}] = true
	if w.split != w.step {
		w.split = w.step
		w.figures.Partitions++
	}
}

// breakDisk lets one of the next calls on a node's disk fail.
func (w *world) breakDisk(m *member, e Event) {
	if m.up() {
		w.setRule(m, diskFaults, e)
	}
}

// breakOpening occasionally lets a call on a node's disk fail while the node is being opened.
func (w *world) breakOpening(m *member) {
	e := Event{Step: w.step, Kind: OpeningFault, Node: m.id}
	if w.step > 0 && !m.rotten && w.happens(e, comes(w.rng, w.swarm.opening)) {
		w.setRule(m, openingFaults, e)
	}
}

// setRule lets a call on a node's disk fail in one of several ways.
func (w *world) setRule(m *member, faults []string, e Event) {
	rng := w.dice(e)
	rule := fmt.Sprintf(faults[rng.IntN(len(faults))], 1+rng.IntN(8))
	m.fs.SetRules(parsed(rule))
	w.tell("the disk of node %d will do: %s", m.id, rule)
	w.figures.DiskFaults++
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
func (w *world) rot(m *member, e Event) {
	if !m.up() || slices.ContainsFunc(w.members, func(m *member) bool { return m.rotten || m.gone }) {
		return
	}
	point := faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now())
	bad, _, done := point.Rot(parsed(rotten), w.dice(e).Uint64())
	if !done {
		return // no table exists yet
	}
	m.rotten = true
	m.begin(bad, e, 1, 150)
	w.figures.Rotten++
}

// mistake makes the mistakes of an operator: it starts a second process on the store of a running node, and starts a node with
// another ID or group on a copy of that store. Each must be refused.
func (w *world) mistake(m *member) {
	if !m.up() {
		return
	}
	w.figures.Mistakes++
	w.acting = 0
	if _, err := replica.Open(m.config(m.fs)); !errors.Is(err, engine.ErrLocked) && w.harmless(m) {
		w.violation(Refuses, "a second process opened the store of node %d while the node was running, or failed with an error other than ErrLocked: %v", m.id, err)
	}
	for _, change := range []func(*replica.Config){
		func(c *replica.Config) { c.ID += 100 }, func(c *replica.Config) { c.Group += "-two" },
	} {
		c := m.config(faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now()).Image(faultfs.ImageOptions{}))
		c.Members = nil
		change(&c)
		if _, err := replica.Open(c); !errors.Is(err, replica.ErrStranger) && !m.rotten {
			w.violation(Refuses, "node %d of group %q opened the store of node %d of group %q, or failed without ErrStranger: %v", c.ID, c.Group, m.id, group, err)
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
func (w *world) handOver(to *member) {
	if l := w.leader(); l != nil {
		if l.survives(l.node.TransferLeader(to.id)) {
			l.run()
		}
	}
}
