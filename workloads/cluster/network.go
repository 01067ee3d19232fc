package cluster

import (
	"errors"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// network carries messages. It delays, duplicates and loses some of them.
type network struct {
	world     *world
	packets   []packet
	transfers []*transfer
	severed   map[[2]uint64]bool // links that carry nothing, by sender and receiver
	numbered  map[[2]uint64]int  // the messages that were sent in the current step, by sender and receiver
	step      int                // the current step
}

// packet is a message in transit.
type packet struct {
	step int // at which it arrives
	msg  *pb.Message
}

// transfer is a snapshot in transit. A step reads and delivers one chunk, and both nodes keep working in between.
type transfer struct {
	from, to *member
	begun    *life // of the sender; a restart of either node ends the transfer
	life     *life // of the receiver; nil before the first chunk
	step     int   // at which the next chunk arrives
	told     bool  // the sender believes that the transfer has failed
	snapshot *replica.Snapshot
	receiver *replica.Receiver
}

// send accepts the messages and snapshots of a node.
func (n *network) send(from *member, out *replica.Output) {
	rng, s := n.world.rng, &n.world.swarm
	for _, m := range out.Messages {
		e := n.event(from.id, m.GetTo())
		if e.Kind = Lost; n.world.happens(e, rng.IntN(100) < s.lost) {
			continue
		}
		copies := []Event{e}
		if e.Kind = Twice; n.world.happens(e, rng.IntN(100) < s.twice) {
			copies = append(copies, n.event(from.id, m.GetTo()))
		}
		for _, e := range copies {
			n.packets = append(n.packets, packet{n.arrival(e), proto.CloneOf(m)})
		}
	}
	for _, s := range out.Snapshots {
		to := n.world.member(s.Message.GetTo())
		n.transfers = append(n.transfers, &transfer{from: from, to: to, begun: from.life(), step: n.arrival(n.event(from.id, s.Message.GetTo())), snapshot: s})
	}
}

// event names a message or chunk that is sent now.
func (n *network) event(from, to uint64) Event {
	if n.step != n.world.step {
		n.step, n.numbered = n.world.step, map[[2]uint64]int{}
	}
	link := [2]uint64{from, to}
	n.numbered[link]++
	return Event{Step: n.step, Node: from, To: to, N: n.numbered[link]}
}

// arrival returns the step at which something that is sent now arrives.
func (n *network) arrival(e Event) int {
	at := n.world.step + 1
	if e.Kind = Late; n.world.happens(e, n.world.rng.IntN(100) < n.world.swarm.late) {
		at += n.world.dice(e).IntN(40)
	}
	if to := n.world.member(e.To); to != nil {
		at += to.lag
	}
	return at
}

// deliver delivers the messages that are due, and a chunk of each snapshot.
func (n *network) deliver() {
	var later []packet
	packets := n.packets
	n.packets = nil
	for _, p := range packets {
		switch to := n.world.member(p.msg.GetTo()); {
		case p.step > n.world.step || to != nil && !to.hears():
			later = append(later, p)
		case to == nil || n.severed[[2]uint64{p.msg.GetFrom(), p.msg.GetTo()}]:
			n.world.figures.Lost++
		default:
			to.step(p.msg)
		}
	}
	n.packets = append(later, n.packets...)
	transfers := n.transfers
	n.transfers = nil
	for _, t := range transfers {
		if n.carry(t) {
			n.transfers = append(n.transfers, t)
		}
	}
}

// carry delivers the next chunk of a snapshot, and reports whether the transfer continues.
func (n *network) carry(t *transfer) bool {
	w := n.world
	if w.step < t.step || t.to != nil && !t.to.hears() || t.from.up() && t.from.halted() {
		return true
	}
	cut := n.event(t.from.id, t.snapshot.Message.GetTo())
	disconnected := cut
	cut.Kind, disconnected.Kind = Interrupted, Disconnected
	switch {
	case n.broken(t) || w.happens(cut, comes(w.rng, w.swarm.interrupt)):
		if t.receiver != nil {
			w.figures.Interrupted++
		}
		n.ended(t, false)
		return false
	case w.happens(disconnected, comes(w.rng, w.swarm.interrupt)): // the sender loses the connection, but what it has sent arrives
		n.tell(t, false)
	}
	t.step = n.arrival(n.event(cut.Node, cut.To))
	whole, ok := n.chunk(t)
	if ok && !whole {
		return true
	}
	if whole {
		w.figures.Snapshots++
		w.tell("node %d has received a snapshot from node %d", t.to.id, t.from.id)
		if err := t.to.node.StepSnapshot(t.receiver); errors.Is(err, replica.ErrChunk) {
			whole = false // overtaken by another snapshot
		} else if t.to.survives(err) {
			t.to.soon()
		}
	}
	n.ended(t, whole)
	return false
}

// broken reports whether a transfer cannot continue.
func (n *network) broken(t *transfer) bool {
	return !t.from.up() || t.from.life() != t.begun || t.to == nil || !t.to.up() || t.life != nil && t.life != t.to.life() ||
		n.severed[[2]uint64{t.from.id, t.to.id}]
}

// chunk reads and delivers one chunk. It reports whether it was the last one, and whether the chunk has arrived.
func (n *network) chunk(t *transfer) (last, ok bool) {
	if t.receiver == nil {
		r, err := t.to.node.Receive(t.snapshot.Message)
		if !t.to.survives(err) {
			return false, false
		}
		t.receiver, t.life = r, t.to.life()
	}
	chunk, err := t.snapshot.Next()
	if err != nil {
		t.from.survives(t.from.node.StoreFailed(err))
		return false, false
	}
	if err := t.receiver.Add(chunk); err != nil {
		if !errors.Is(err, replica.ErrChunk) {
			t.to.survives(t.to.node.StoreFailed(err))
		}
		return false, false
	}
	return t.receiver.Whole(), true
}

// ended ends a transfer, and tells the sender whether its snapshot has arrived.
func (n *network) ended(t *transfer, whole bool) {
	if t.from.up() && t.from.life() == t.begun {
		if err := t.snapshot.Close(); err != nil {
			t.from.survives(t.from.node.StoreFailed(err))
		}
	}
	n.tell(t, whole)
}

// tell tells the sender of a snapshot once whether it has arrived.
func (n *network) tell(t *transfer, whole bool) {
	if t.told || !t.from.up() || t.from.gone || t.from.life() != t.begun {
		return
	}
	t.told = true
	if t.from.survives(t.from.node.SnapshotSent(t.snapshot.Message.GetTo(), whole)) {
		t.from.soon()
	}
}
