package cluster

import (
	"maps"
	"reflect"
	"slices"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// majorities judges that what takes a majority has had one: of the members, and of those of before while the membership changes. What
// nodes have said is known from the messages that left.
type majorities struct {
	world     *world
	votes     map[uint64]map[uint64]map[uint64]bool // who has voted in a term for a node
	entries   map[uint64]map[uint64]uint64          // up to which entry a node has said in a term to have the log
	committed map[uint64]uint64                     // up to which entry the leader of a term has committed
	members   map[uint64]replica.Membership         // after an entry that changed it
	last      replica.Membership                    // the latest of these
	before    map[*member]replica.Membership        // who the members were for a node when it was looked at last
}

func newMajorities(w *world) majorities {
	return majorities{
		world: w, votes: map[uint64]map[uint64]map[uint64]bool{}, entries: map[uint64]map[uint64]uint64{}, committed: map[uint64]uint64{},
		members: map[uint64]replica.Membership{}, before: map[*member]replica.Membership{},
	}
}

// hear notes what the messages of a node say.
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

func (j *majorities) vote(term, of, to uint64) {
	if j.votes[term] == nil {
		j.votes[term] = map[uint64]map[uint64]bool{}
	}
	if j.votes[term][to] == nil {
		j.votes[term][to] = map[uint64]bool{}
	}
	j.votes[term][to][of] = true
}

// elected judges a new leader: a majority has voted for it.
func (j *majorities) elected(m *member, s *replica.Status) {
	j.vote(s.Term, m.id, m.id)
	votes := j.votes[s.Term][m.id]
	if !j.majority(m, s, func(id uint64) bool { return votes[id] }) {
		j.world.violation("node %d became the leader of term %d of nodes %d with the votes of nodes %d alone",
			m.id, s.Term, s.Voters, slices.Sorted(maps.Keys(votes)))
	}
}

// commits judges what a leader takes for committed: a majority has said to have it.
func (j *majorities) commits(m *member, s *replica.Status) {
	if s.Commit <= j.committed[s.Term] || m.node.Term(s.Commit) != s.Term { // entries of earlier terms are committed with a later one
		return
	}
	j.committed[s.Term] = s.Commit
	have := j.entries[s.Term]
	if !j.majority(m, s, func(id uint64) bool { return id == m.id || have[id] >= s.Commit }) {
		j.world.violation("node %d, the leader of term %d of nodes %d, takes entry %d for committed, and the others have said to have the log up to %v",
			m.id, s.Term, s.Voters, s.Commit, have)
	}
}

// majority reports whether a majority agrees: of the members that the node knows, or of those that it knew one step ago.
func (j *majorities) majority(m *member, s *replica.Status, agrees func(id uint64) bool) bool {
	return decides(membershipOf(s), agrees) || decides(j.before[m], agrees)
}

func membershipOf(s *replica.Status) replica.Membership {
	return replica.Membership{Voters: s.Voters, Outgoing: s.Outgoing}
}

// decides reports whether those who agree may decide: they are more than half of the voters, and of those of before.
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

// changed judges a change of the membership: it is the same on all nodes, and no two majorities of before and after decide without
// each other.
func (j *majorities) changed(m *member, c replica.Membership) {
	if known, again := j.members[c.Index]; again {
		if !reflect.DeepEqual(known, c) {
			j.world.violation("after entry %d the members are %v for node %d, and %v for another one", c.Index, c, m.id, known)
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
			j.world.violation("with entry %d the members %d become %d, and either could decide without the other", c.Index, before.Voters, c.Voters)
			return
		}
	}
}
