package cluster

import (
	"errors"
	"io"

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
}

// packet is a message in transit.
type packet struct {
	step int // at which it arrives
	msg  *pb.Message
}

// transfer is a snapshot in transit, at one chunk per step.
type transfer struct {
	from, to *member
	life     *life // of the receiver, whose restart ends the transfer
	msg      *pb.Message
	chunks   [][]byte
	receiver *replica.Receiver
}

// send accepts the messages and snapshots of a node. The error is one of the node's store, which could not be read.
func (n *network) send(from *member, out *replica.Output) (failed error) {
	rng, s := n.world.rng, &n.world.swarm
	for _, m := range out.Messages {
		if rng.IntN(100) < s.lost {
			continue
		}
		copies := 1
		if rng.IntN(100) < s.twice {
			copies = 2
		}
		for range copies {
			at := n.world.step + 1
			if rng.IntN(100) < s.late {
				at += rng.IntN(40)
			}
			if to := n.world.member(m.GetTo()); to != nil {
				at += to.lag
			}
			n.packets = append(n.packets, packet{at, proto.CloneOf(m)})
		}
	}
	for _, snapshot := range out.Snapshots {
		failed = errors.Join(failed, n.transfer(from, snapshot))
	}
	return failed
}

// transfer queues a snapshot. It reads all chunks at once, because snapshots are small here.
func (n *network) transfer(from *member, s *replica.Snapshot) (failed error) {
	t := &transfer{from: from, to: n.world.member(s.Message.GetTo()), msg: s.Message}
	for {
		chunk, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			failed = err // the last chunk is missing, so the receiver never completes
			break
		}
		t.chunks = append(t.chunks, chunk)
	}
	if err := s.Close(); err != nil {
		t.chunks = nil
	}
	n.transfers = append(n.transfers, t)
	return failed
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
	if t.to != nil && !t.to.hears() {
		return true
	}
	broken := t.to == nil || !t.to.up() || len(t.chunks) == 0 || t.life != nil && t.life != t.to.life() ||
		n.severed[[2]uint64{t.from.id, t.to.id}] || comes(w.rng, w.swarm.interrupt)
	if broken {
		if t.receiver != nil {
			w.figures.Interrupted++
		}
		n.arrived(t, false)
		return false
	}
	if t.receiver == nil {
		r, err := t.to.node.Receive(t.msg)
		if !t.to.survives(err) {
			n.arrived(t, false)
			return false
		}
		t.receiver, t.life = r, t.to.life()
	}
	if err := t.receiver.Add(t.chunks[0]); err != nil {
		if !errors.Is(err, replica.ErrChunk) {
			t.to.survives(t.to.node.StoreFailed(err))
		}
		n.arrived(t, false)
		return false
	}
	if t.chunks = t.chunks[1:]; len(t.chunks) > 0 {
		return true
	}
	whole := t.receiver.Whole()
	if whole {
		w.figures.Snapshots++
		if t.to.survives(t.to.node.StepSnapshot(t.receiver)) {
			t.to.run()
		}
	}
	n.arrived(t, whole)
	return false
}

// arrived tells the sender whether its snapshot has arrived.
func (n *network) arrived(t *transfer, whole bool) {
	if !t.from.up() || t.from.gone {
		return
	}
	if t.from.survives(t.from.node.SnapshotSent(t.msg.GetTo(), whole)) {
		t.from.run()
	}
}
