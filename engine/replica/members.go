package replica

import (
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Change is how the membership of one node changes.
type Change uint8

// The changes. A learner receives the log but has no vote. Add a new node as a learner first, so that it has caught up by
// the time its vote is needed.
const (
	AddVoter Change = iota
	AddLearner
	Remove
)

var changeTypes = map[Change]pb.ConfChangeType{
	AddVoter: pb.ConfChangeAddNode, AddLearner: pb.ConfChangeAddLearnerNode, Remove: pb.ConfChangeRemoveNode,
}

// MemberChange is a change of one node's membership.
type MemberChange struct {
	Node   uint64
	Change Change
}

// Membership is the set of members as of a log entry.
type Membership struct {
	Index                      uint64   // of the entry that made the change
	Voters, Learners, Outgoing []uint64 // as in Status
}

// ErrMembers is returned by ProposeMembers for a malformed change.
var ErrMembers = errors.New("replica: invalid change of membership")

// ProposeMembers proposes a change of membership. Several changes are made as one: until it is complete, every decision takes
// a majority of both the old and the new members. Like a command, the proposal may be lost without an error, and while
// another change is in progress the leader drops it; Status tells who the members are. The error is ErrMembers, ErrNoLeader
// or ErrStopped.
func (n *Node) ProposeMembers(changes ...MemberChange) error {
	if len(changes) == 0 {
		return fmt.Errorf("%w: no change given", ErrMembers)
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

// applyMembers applies an entry that changes the membership. The new membership goes into the same batch as the applied index.
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

// endMemberChange proposes the end of a change of several members if raft has not. Raft proposes it when it applies an
// entry, but not during a transfer of leadership. If the transfer fails and nothing else is proposed, raft applies no
// further entry, and the change would never end. So it matters only in a group that has nothing else to do. In any
// other group the end may have been proposed already, which does no harm: raft turns a second proposal into an empty
// entry.
func (n *Node) endMemberChange() error {
	s := n.Status()
	if !s.IsLeader || !s.Joint || s.Applied != s.Last || n.raft.BasicStatus().LeadTransferee != raft.None {
		return nil
	}
	return n.raft.ProposeConfChange(&pb.ConfChangeV2{})
}

// tellCommit adds the commit index, and the term of the entry there, to an answer to a candidate. Raft itself leaves these fields
// empty in such a message. See learnCommit.
func (n *Node) tellCommit(m *pb.Message) {
	if t := m.GetType(); t == pb.MsgVoteResp || t == pb.MsgPreVoteResp {
		commit := n.raft.BasicStatus().HardState.GetCommit()
		m.Commit, m.LogTerm = new(commit), new(n.Term(commit))
	}
}

// learnCommit lets a candidate learn from an answer that a change of members was committed. Without it, the only node
// that knows of the change may be unable to tell the others: a leader that is removed stops leading once it has applied
// the change. The others, which have not heard of it, still need the vote of that node. But it may have to refuse,
// because its log can be longer than theirs.
//
// Raft takes the commit index from a leader or from the disk only, so learnCommit starts it again with the new index.
func (n *Node) learnCommit(m *pb.Message) error {
	if t := m.GetType(); t != pb.MsgVoteResp && t != pb.MsgPreVoteResp {
		return nil
	}
	commit, s := m.GetCommit(), n.raft.BasicStatus()
	if s.RaftState == raft.StateLeader || m.GetLogTerm() == 0 || n.Term(commit) != m.GetLogTerm() || !n.changesMembers(s.HardState.GetCommit()+1, commit) {
		return nil
	}
	hard, _, err := n.log.InitialState()
	if err != nil {
		return err
	}
	hard = proto.CloneOf(hard)
	hard.Commit = new(commit)
	return errors.Join(n.log.SetHardState(hard), n.startRaft())
}

// changesMembers reports whether one of the given entries of the log changes the members.
func (n *Node) changesMembers(first, last uint64) bool {
	for i := first; i <= last; i++ {
		if e := n.Entry(i); e != nil && e.GetType() != pb.EntryNormal {
			return true
		}
	}
	return false
}

// membersOf decodes the change that an entry holds.
func membersOf(e *pb.Entry) (pb.ConfChangeI, error) {
	if e.GetType() == pb.EntryConfChange {
		c := &pb.ConfChange{}
		return c, proto.Unmarshal(e.GetData(), c)
	}
	c := &pb.ConfChangeV2{}
	return c, proto.Unmarshal(e.GetData(), c)
}

// isMember reports whether this node belongs to the group, before or after a change in progress.
func (n *Node) isMember() bool {
	return slices.ContainsFunc([][]uint64{
		n.conf.GetVoters(), n.conf.GetVotersOutgoing(), n.conf.GetLearners(), n.conf.GetLearnersNext(),
	}, func(ids []uint64) bool { return slices.Contains(ids, n.config.ID) })
}
