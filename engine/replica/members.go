package replica

import (
	"errors"
	"fmt"
	"slices"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Change is a change of the membership of one node.
type Change uint8

// The changes. A learner gets the log and has no vote: let a new node learn before it votes.
const (
	AddVoter Change = iota
	AddLearner
	Remove
)

var changeTypes = map[Change]pb.ConfChangeType{
	AddVoter: pb.ConfChangeAddNode, AddLearner: pb.ConfChangeAddLearnerNode, Remove: pb.ConfChangeRemoveNode,
}

// MemberChange is what is to become of a node.
type MemberChange struct {
	Node   uint64
	Change Change
}

// Membership is who the members are after an entry of the log.
type Membership struct {
	Index                      uint64   // of the entry
	Voters, Learners, Outgoing []uint64 // as in Status
}

// ErrMembers is returned by ProposeMembers for what can be no change.
var ErrMembers = errors.New("replica: not a change of membership")

// ProposeMembers asks for a change of membership. Several changes are one: while it is under way, what is decided takes a
// majority of the old members and one of the new. Like a command it may be lost on its way; Status says who the members are. A
// change is refused by the leader, without an error, as long as another one is under way.
func (n *Node) ProposeMembers(changes ...MemberChange) error {
	if len(changes) == 0 {
		return fmt.Errorf("%w: nothing changes", ErrMembers)
	}
	change := &pb.ConfChangeV2{}
	for _, c := range changes {
		kind, known := changeTypes[c.Change]
		if !known || c.Node == 0 {
			return fmt.Errorf("%w: change %d of node %d", ErrMembers, c.Change, c.Node)
		}
		change.Changes = append(change.Changes, &pb.ConfChangeSingle{Type: kind.Enum(), NodeId: new(c.Node)})
	}
	return n.do(func() error {
		if n.raft.BasicStatus().Lead == 0 {
			return ErrNoLeader
		}
		return n.raft.ProposeConfChange(change)
	})
}

// applyMembers applies an entry that changes the membership. Who the members are is in the batch that says that it was applied.
func (n *Node) applyMembers(b *engine.Batch, e *pb.Entry, out *Output) error {
	change, err := membersOf(e)
	if err != nil {
		return fmt.Errorf("entry %d: %w", e.GetIndex(), err)
	}
	was := n.isMember()
	n.conf = n.raft.ApplyConfChange(change)
	conf, err := proto.Marshal(n.conf)
	if err != nil {
		return err
	}
	b.Put(confStateKey, conf)
	out.Changed = append(out.Changed, Membership{
		Index: e.GetIndex(), Voters: n.conf.GetVoters(), Learners: n.conf.GetLearners(), Outgoing: n.conf.GetVotersOutgoing(),
	})
	out.Removed = out.Removed || was && !n.isMember()
	return nil
}

func membersOf(e *pb.Entry) (pb.ConfChangeI, error) {
	if e.GetType() == pb.EntryConfChange {
		c := &pb.ConfChange{}
		return c, proto.Unmarshal(e.GetData(), c)
	}
	c := &pb.ConfChangeV2{}
	return c, proto.Unmarshal(e.GetData(), c)
}

// isMember reports whether this node is one of the members, old or new.
func (n *Node) isMember() bool {
	return slices.ContainsFunc([][]uint64{
		n.conf.GetVoters(), n.conf.GetVotersOutgoing(), n.conf.GetLearners(), n.conf.GetLearnersNext(),
	}, func(ids []uint64) bool { return slices.Contains(ids, n.config.ID) })
}
