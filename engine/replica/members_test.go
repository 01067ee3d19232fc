package replica

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestMembersComeAndGo(t *testing.T) {
	g, _ := newGroup(t, 1, 2, 3)
	l := g.elect(t)
	leaves := l.Status().ID%3 + 1
	g[4] = open(t, faultfs.New(faultfs.Options{}), 4)
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddLearner}))
	g.rest(t)
	assert.Equal(t, []uint64{4}, l.Status().Learners)
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddVoter}, MemberChange{leaves, Remove}))
	g.rest(t)
	s := l.Status()
	assert.False(t, s.Joint)
	assert.Contains(t, s.Voters, uint64(4))
	assert.NotContains(t, s.Voters, leaves)
	assert.ErrorIs(t, l.ProposeMembers(), ErrMembers)
	assert.ErrorIs(t, l.ProposeMembers(MemberChange{0, Remove}), ErrMembers)
}

func TestAChangeOfMembersEndsAfterAFailedTransfer(t *testing.T) {
	g, _ := newGroup(t, 1, 2, 3)
	l := g.elect(t)
	leaves, dead := l.Status().ID%3+1, (l.Status().ID+1)%3+1
	g[4] = open(t, faultfs.New(faultfs.Options{}), 4)
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddLearner}))
	g.rest(t)
	delete(g, dead)
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddVoter}, MemberChange{leaves, Remove}))
	require.NoError(t, l.TransferLeader(dead))
	g.rest(t)
	s := l.Status()
	require.True(t, s.IsLeader && s.Joint, "raft cannot propose the end during the transfer: %+v", s)
	for range 50 {
		require.NoError(t, l.Tick())
		g.rest(t)
	}
	s = l.Status()
	require.False(t, s.Joint)
	require.ElementsMatch(t, []uint64{l.Status().ID, dead, 4}, s.Voters)
}

// The leader is removed while another old member is dead. It is the only node that knows that the change is committed, and its log
// is longer than that of the others, so it cannot vote for them.
func TestTheRemovedLeaderTellsTheOthersThatItIsRemoved(t *testing.T) {
	g, _ := newGroup(t, 1, 2, 3)
	l := g.elect(t)
	g[4] = open(t, faultfs.New(faultfs.Options{}), 4)
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddLearner}))
	g.rest(t)
	delete(g, l.Status().ID%3+1)
	begins := l.Status().Last + 1
	require.NoError(t, l.ProposeMembers(MemberChange{4, AddVoter}, MemberChange{l.Status().ID, Remove}))
	longer := false
	g.restWithout(t, func(m *pb.Message) bool {
		if !longer && l.Status().Last == begins+1 { // the change has ended in the log; an entry after it makes the log the longest
			put(t, l, 1, "k", "v")
			longer = true
		}
		last := m.GetIndex() + uint64(len(m.GetEntries()))
		return m.GetFrom() == l.Status().ID && (m.GetCommit() > begins || last > begins+1)
	})
	require.NotContains(t, l.Status().Voters, l.Status().ID)
	require.False(t, l.Status().IsLeader)
	for id, n := range g {
		if n != l {
			require.True(t, n.Status().Joint, "node %d", id)
			require.Less(t, n.Status().Last, l.Status().Last)
		}
	}
	next := g.elect(t)
	require.NotEqual(t, l, next)
	require.False(t, next.Status().Joint)
}
