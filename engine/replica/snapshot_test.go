package replica

import (
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestANodeWhoseStoreFailsDuringASnapshotStops(t *testing.T) {
	g, _ := newGroup(t, 1)
	sender := g.elect(t)
	g.rest(t)
	disk := faultfs.New(faultfs.Options{})
	receiver := open(t, disk, 2)
	announced := &pb.Message{Type: pb.MsgSnap.Enum(), From: new(uint64(1)), To: new(uint64(2)), Snapshot: &pb.Snapshot{Metadata: sender.metadata()}}
	r, err := receiver.Receive(announced)
	require.NoError(t, err)
	full, err := faultfs.ParseRule("enospc write")
	require.NoError(t, err)
	disk.SetRules(full)
	chunk := appendBytes(appendBytes([]byte{0, 0}, []byte("key")), make([]byte, 1<<20)) // more than the engine buffers
	err = r.Add(chunk)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrChunk)
	require.ErrorIs(t, receiver.StoreFailed(err), ErrStopped)
	require.ErrorIs(t, receiver.Tick(), ErrStopped)
}

// snapshotFor returns a snapshot for node 2 as of what l has applied.
func snapshotFor(t *testing.T, l *Node) *Snapshot {
	t.Helper()
	return l.snapshot(&pb.Message{Type: pb.MsgSnap.Enum(), To: new(uint64(2)), From: new(l.Status().ID), Term: new(l.Status().Term)})
}

// stage passes a whole snapshot to a receiver.
func stage(t *testing.T, s *Snapshot, r *Receiver) {
	t.Helper()
	for !r.Whole() {
		chunk, err := s.Next()
		require.NoError(t, err)
		require.NoError(t, r.Add(chunk))
	}
	require.NoError(t, s.Close())
}

func TestOfTwoSnapshotsTheLaterIsInstalled(t *testing.T) {
	for _, latestFirst := range []bool{true, false} {
		g, _ := newGroup(t, 1)
		l := g.elect(t)
		require.NoError(t, l.ProposeMembers(MemberChange{2, AddLearner}))
		g.rest(t)
		to := open(t, faultfs.New(faultfs.Options{}), 2)
		var staged []*Receiver
		for i, value := range []string{"early", "late"} {
			put(t, l, uint64(i)+1, "k", value)
			g.rest(t)
			s := snapshotFor(t, l)
			r, err := to.Receive(s.Message)
			require.NoError(t, err)
			stage(t, s, r)
			staged = append(staged, r)
		}
		if latestFirst {
			slices.Reverse(staged)
		}
		for _, r := range staged { // both arrive before the node does a step
			require.NoError(t, to.StepSnapshot(r))
		}
		group{2: to}.rest(t)
		assert.Equal(t, l.Status().Applied, to.Status().Applied)
		assert.Equal(t, "late", holds(t, to, "k"))
	}
}

func TestASnapshotOvertakenByAnotherIsRefused(t *testing.T) {
	g, _ := newGroup(t, 1)
	l := g.elect(t)
	require.NoError(t, l.ProposeMembers(MemberChange{2, AddLearner}))
	put(t, l, 1, "k", "early")
	g.rest(t)
	early := snapshotFor(t, l)
	put(t, l, 2, "k", "late")
	g.rest(t)
	late := snapshotFor(t, l)
	to := open(t, faultfs.New(faultfs.Options{}), 2)
	overtaken, err := to.Receive(late.Message)
	require.NoError(t, err)
	stage(t, late, overtaken)
	overtakes, err := to.Receive(early.Message)
	require.NoError(t, err)
	stage(t, early, overtakes)
	require.NoError(t, to.StepSnapshot(overtakes))
	group{2: to}.rest(t)
	require.ErrorIs(t, to.StepSnapshot(overtaken), ErrChunk, "its pairs are gone")
	group{2: to}.rest(t)
	assert.Equal(t, "early", holds(t, to, "k"))
}

func TestAChunkOutOfOrderIsRefused(t *testing.T) {
	g, _ := newGroup(t, 1)
	l := g.elect(t)
	put(t, l, 1, "k", "v")
	g.rest(t)
	to := open(t, faultfs.New(faultfs.Options{}), 2)
	s := snapshotFor(t, l)
	chunk, err := s.Next()
	require.NoError(t, err)
	_, err = s.Next()
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, s.Close())
	r, err := to.Receive(s.Message)
	require.NoError(t, err)
	require.ErrorIs(t, to.StepSnapshot(r), ErrChunk, "no chunk has arrived")
	for _, bad := range [][]byte{nil, {1, 1}, {0, 2}, {0, 1, 200}, {0, 1, 1, 'x', 0}} {
		require.ErrorIs(t, r.Add(bad), ErrChunk, "%v", bad)
	}
	require.NoError(t, r.Add(chunk))
	require.ErrorIs(t, r.Add(chunk), ErrChunk, "the chunk has arrived already")
	assert.True(t, r.Whole())
}
