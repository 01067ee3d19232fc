package cluster

import (
	"maps"
	"reflect"
	"slices"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// majorities judges that every decision had a majority of the members and, while the membership changes, of the old members
// too. It knows votes and acknowledgements from the messages that nodes have sent.
type majorities struct {
	world     *world
	votes     map[uint64]map[uint64]map[uint64]bool // by term and candidate: the nodes that voted for it
	entries   map[uint64]map[uint64]uint64          // by term and node: the last entry that the node has acknowledged
	committed map[uint64]uint64                     // by term: the last entry that its leader has committed
	members   map[uint64]replica.Membership         // by index: the members as of an entry that changed them
	last      replica.Membership                    // the latest of these
	before    map[*member]replica.Membership        // the members that a node knew after its previous step
}

func newMajorities(w *world) majorities {
	return majorities{
		world: w, votes: map[uint64]map[uint64]map[uint64]bool{}, entries: map[uint64]map[uint64]uint64{}, committed: map[uint64]uint64{},
		members: map[uint64]replica.Membership{}, before: map[*member]replica.Membership{},
	}
}

// hear records the votes and acknowledgements in a node's messages.
func (j *majorities) hear(m *member, out *replica.Output) {
	for _, msg := range out.Messages {
		term := msg.GetTerm()
		switch {
		case msg.GetType() == pb.MsgVoteResp && !msg.GetReject():
			j.vote(term, m.id, msg.GetTo())
		case msg.GetType() == pb.MsgAppResp && !msg.GetReject():
			if j.entries[term] == nil {
				j.entries[term] = map[uint64]uint64{}
			}
			j.entries[term][m.id] = max(j.entries[term][m.id], msg.GetIndex())
		}
	}
}

// vote records that node of voted for node to.
func (j *majorities) vote(term, of, to uint64) {
	if j.votes[term] == nil {
		j.votes[term] = map[uint64]map[uint64]bool{}
	}
	if j.votes[term][to] == nil {
		j.votes[term][to] = map[uint64]bool{}
	}
	j.votes[term][to][of] = true
}

// elected judges a new leader: a majority must have voted for it.
func (j *majorities) elected(m *member, s *replica.Status) {
	j.vote(s.Term, m.id, m.id)
	votes := j.votes[s.Term][m.id]
	if !j.majority(m, s, func(id uint64) bool { return votes[id] }) {
		j.world.violation(Election, "node %d became the leader of term %d among nodes %d with the votes of nodes %d only",
			m.id, s.Term, s.Voters, slices.Sorted(maps.Keys(votes)))
	}
}

// commits judges what a leader considers committed: a majority must have acknowledged it.
func (j *majorities) commits(m *member, s *replica.Status) {
	if s.Commit <= j.committed[s.Term] || m.node.Term(s.Commit) != s.Term { // earlier terms' entries commit along with a later one
		return
	}
	j.committed[s.Term] = s.Commit
	j.world.tell("node %d, leader of term %d, considers entry %d committed", m.id, s.Term, s.Commit)
	have := j.entries[s.Term]
	if !j.majority(m, s, func(id uint64) bool { return id == m.id || have[id] >= s.Commit }) {
		j.world.violation(Commitment, "node %d, leader of term %d among nodes %d, considers entry %d committed, but the last entries acknowledged by node are %v",
			m.id, s.Term, s.Voters, s.Commit, have)
	}
}

// majority reports whether a majority agrees, among the members that the node knows now or among those that it knew before this
// step: the decision may have been made before the step changed them.
func (j *majorities) majority(m *member, s *replica.Status, agrees func(id uint64) bool) bool {
	return decides(membershipOf(s), agrees) || decides(j.before[m], agrees)
}

func membershipOf(s *replica.Status) replica.Membership {
	return replica.Membership{Voters: s.Voters, Outgoing: s.Outgoing}
}

// decides reports whether the agreeing nodes form a quorum: more than half of the voters and, in a joint membership, also more
// than half of the outgoing ones.
func decides(c replica.Membership, agrees func(id uint64) bool) bool {
	half := func(ids []uint64) bool {
		n := 0
		for _, id := range ids {
			if agrees(id) {
				n++
			}
		}
		return 2*n > len(ids)
	}
	return len(c.Voters) > 0 && half(c.Voters) && (len(c.Outgoing) == 0 || half(c.Outgoing))
}

// changed judges a change of membership: it is the same on all nodes, and any quorum before it overlaps any quorum after it. To
// check the overlap, changed tries every set of nodes against its complement.
func (j *majorities) changed(m *member, c replica.Membership) {
	if known, again := j.members[c.Index]; again {
		if !reflect.DeepEqual(known, c) {
			j.world.violation(Membership, "after entry %d the members are %v according to node %d, but %v according to another node", c.Index, c, m.id, known)
		}
		return
	}
	j.members[c.Index] = c
	if c.Index < j.last.Index {
		return
	}
	before := j.last
	j.last = c
	j.world.figures.Changes++
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(before.Voters, before.Outgoing, c.Voters, c.Outgoing))))
	for some := range uint64(1) << len(all) {
		in := func(id uint64) bool { i, _ := slices.BinarySearch(all, id); return some>>i&1 == 1 }
		if decides(before, in) && decides(c, func(id uint64) bool { return !in(id) }) {
			j.world.violation(Overlap, "entry %d changes the members from %d to %d, and both sets could decide independently", c.Index, before.Voters, c.Voters)
			return
		}
	}
}
