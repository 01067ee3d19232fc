package replica

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// open opens a node on a disk.
func open(t *testing.T, fs *faultfs.FS, id uint64, members ...uint64) *Node {
	t.Helper()
	n, err := Open(Config{ID: id, Group: "test", Dir: "node", Engine: engine.Options{FS: fs, InlineMaintenance: true}, Members: members, LogEntries: 5})
	require.NoError(t, err)
	return n
}

// group is a set of nodes whose messages arrive immediately.
type group map[uint64]*Node

// rest runs the nodes until none has work left, and returns the commands applied on each.
func (g group) rest(t *testing.T) map[uint64][]Applied {
	t.Helper()
	return g.restWithout(t, func(*pb.Message) bool { return false })
}

// restWithout is rest, but loses some messages.
func (g group) restWithout(t *testing.T, lost func(*pb.Message) bool) map[uint64][]Applied {
	t.Helper()
	applied := map[uint64][]Applied{}
	for busy := true; busy; {
		busy = false
		for id, n := range g {
			for n.HasReady() {
				busy = true
				out, err := n.Ready()
				require.NoError(t, err)
				applied[id] = append(applied[id], out.Applied...)
				out.Messages = slices.DeleteFunc(out.Messages, lost)
				g.deliver(t, n, out)
			}
		}
	}
	return applied
}

func (g group) deliver(t *testing.T, from *Node, out *Output) {
	t.Helper()
	for _, m := range out.Messages {
		if to := g[m.GetTo()]; to != nil {
			require.NoError(t, to.Step(m))
		}
	}
	for _, s := range out.Snapshots {
		to := g[s.Message.GetTo()]
		if to == nil {
			require.NoError(t, from.SnapshotSent(s.Message.GetTo(), false))
			continue
		}
		r, err := to.Receive(s.Message)
		require.NoError(t, err)
		for {
			chunk, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.NoError(t, r.Add(chunk))
		}
		require.NoError(t, s.Close())
		require.NoError(t, to.StepSnapshot(r))
		require.NoError(t, from.SnapshotSent(s.Message.GetTo(), true))
	}
}

// elect ticks the nodes until one is the leader.
func (g group) elect(t *testing.T) *Node {
	t.Helper()
	for range 200 {
		for _, n := range g {
			require.NoError(t, n.Tick())
		}
		g.rest(t)
		for _, n := range g {
			if n.Status().IsLeader {
				return n
			}
		}
	}
	t.Fatal("no leader")
	return nil
}

func newGroup(t *testing.T, ids ...uint64) (group, map[uint64]*faultfs.FS) {
	t.Helper()
	g, disks := group{}, map[uint64]*faultfs.FS{}
	for _, id := range ids {
		disks[id] = faultfs.New(faultfs.Options{})
		g[id] = open(t, disks[id], id, ids...)
	}
	return g, disks
}

func put(t *testing.T, n *Node, number uint64, key, value string) {
	t.Helper()
	c := Command{Client: ClientID{1}, Number: number, Then: []Write{{Key: []byte(key), Value: []byte(value)}}}
	b, err := c.Encode()
	require.NoError(t, err)
	require.NoError(t, n.Propose(b))
}

func holds(t *testing.T, n *Node, key string) string {
	t.Helper()
	v, _, err := n.Get([]byte(key))
	require.NoError(t, err)
	return string(v)
}

func TestACommandTakesEffectOnEveryNodeOnce(t *testing.T) {
	g, disks := newGroup(t, 1, 2, 3)
	l := g.elect(t)
	put(t, l, 1, "k", "one")
	g.rest(t)
	put(t, l, 2, "k", "two")
	put(t, l, 1, "k", "one") // a repetition of an earlier command
	put(t, l, 2, "k", "two") // a repetition of the last command
	for id, all := range g.rest(t) {
		require.Len(t, all, 3, "node %d", id)
		assert.Equal(t, []Outcome{Done, Old, Done}, []Outcome{all[0].Outcome, all[1].Outcome, all[2].Outcome})
		assert.Equal(t, "two", holds(t, g[id], "k"))
	}
	for id, n := range g { // reopening changes nothing
		before := n.Status()
		require.NoError(t, n.Close())
		require.ErrorIs(t, n.Tick(), ErrStopped)
		n = open(t, disks[id], id)
		after := n.Status()
		assert.Equal(t, before.Term, after.Term)
		assert.Equal(t, before.Applied, after.Applied)
		assert.Equal(t, before.Last, after.Last)
		assert.Equal(t, "two", holds(t, n, "k"))
	}
}

func TestASilentClientIsForgottenAtLast(t *testing.T) {
	n, err := Open(Config{
		ID: 1, Group: "test", Dir: "node", Engine: engine.Options{FS: faultfs.New(faultfs.Options{}), InlineMaintenance: true},
		Members: []uint64{1}, SessionEntries: 10,
	})
	require.NoError(t, err)
	g := group{1: n}
	g.elect(t)
	send := func(client byte, number uint64) Outcome {
		c := Command{Client: ClientID{client}, Number: number, Then: []Write{{Key: []byte("last"), Value: []byte{client}}}}
		b, err := c.Encode()
		require.NoError(t, err)
		require.NoError(t, n.Propose(b))
		return g.rest(t)[1][0].Outcome
	}
	require.Equal(t, Done, send('a', 2))
	for number := uint64(1); n.Status().Applied < 30; number++ {
		require.Equal(t, Done, send('b', number))
		if n.Status().Applied < 12 {
			require.Equal(t, Old, send('a', 1), "remembered for ten entries at least")
		}
	}
	require.Equal(t, Old, send('b', 1), "a client that goes on is remembered")
	require.Equal(t, "b", holds(t, n, "last"))
	require.Equal(t, Done, send('a', 1), "a client that was silent for twenty entries is not")
	require.Equal(t, "a", holds(t, n, "last"))
}

func TestAConditionDecidesWhetherACommandIsDone(t *testing.T) {
	g, _ := newGroup(t, 1)
	l := g.elect(t)
	for i, c := range []struct {
		condition Condition
		want      Outcome
	}{
		{Condition{Key: []byte("k"), Absent: true}, Done},
		{Condition{Key: []byte("k"), Absent: true}, Refused},
		{Condition{Key: []byte("k"), Value: []byte("0")}, Done},
		{Condition{Key: []byte("k"), Value: []byte("0")}, Refused},
		{Condition{Key: []byte("other"), Value: nil}, Refused}, // an absent key does not hold the empty value
	} {
		b, err := (&Command{Number: uint64(i) + 1, If: []Condition{c.condition}, Then: []Write{{Key: []byte("k"), Value: []byte{byte('0' + i)}}}}).Encode()
		require.NoError(t, err)
		require.NoError(t, l.Propose(b))
		assert.Equal(t, c.want, g.rest(t)[1][0].Outcome, "%+v", c)
	}
}

func TestANodeThatIsFarBehindGetsASnapshot(t *testing.T) {
	g, disks := newGroup(t, 1, 2, 3)
	l := g.elect(t)
	put(t, l, 1, "gone", "x")
	g.rest(t)
	behind := l.Status().ID%3 + 1
	require.NoError(t, g[behind].Close())
	delete(g, behind)
	c := Command{Client: ClientID{1}, Number: 2, Then: []Write{{Key: []byte("gone"), Delete: true}}}
	b, err := c.Encode()
	require.NoError(t, err)
	require.NoError(t, l.Propose(b))
	for i := range uint64(40) {
		put(t, l, 3+i, "k", string(rune('a'+i)))
		g.rest(t)
	}
	assert.Greater(t, l.Status().First, uint64(10), "the log was not truncated")
	g[behind] = open(t, disks[behind], behind)
	for range 20 {
		for _, n := range g {
			require.NoError(t, n.Tick())
		}
		g.rest(t)
	}
	n := g[behind]
	assert.Equal(t, l.Status().Applied, n.Status().Applied)
	assert.Greater(t, n.Status().First, uint64(10))
	assert.Empty(t, holds(t, n, "gone"), "a key removed meanwhile is back")
	assert.Equal(t, holds(t, l, "k"), holds(t, n, "k"))
	require.NoError(t, n.Close())
	assert.Equal(t, holds(t, l, "k"), holds(t, open(t, disks[behind], behind), "k"))
}

func TestAStoreBelongsToOneNode(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	require.NoError(t, open(t, disk, 1, 1).Close())
	for _, c := range []Config{{ID: 2, Group: "test"}, {ID: 1, Group: "other"}} {
		c.Dir, c.Engine = "node", engine.Options{FS: disk, InlineMaintenance: true}
		_, err := Open(c)
		require.ErrorIs(t, err, ErrStranger)
	}
	n := open(t, disk, 1)
	_, err := Open(Config{ID: 1, Group: "test", Dir: "node", Engine: engine.Options{FS: disk}})
	require.ErrorIs(t, err, engine.ErrLocked)
	require.NoError(t, n.Close())
}

// TestANodeWhoseDiskFailsSendsNothingMore asks for a vote that the node cannot save.
func TestANodeWhoseDiskFailsSendsNothingMore(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	n := open(t, disk, 1, 1, 2, 3)
	rule, err := faultfs.ParseRule("eio sync nth=1")
	require.NoError(t, err)
	disk.SetRules(rule)
	term, index := uint64(2), uint64(1)
	require.NoError(t, n.Step(&pb.Message{
		Type: pb.MsgVote.Enum(), From: new(uint64(2)), To: new(uint64(1)), Term: &term, Index: &index, LogTerm: new(uint64(1)),
	}))
	out, err := n.Ready()
	require.ErrorIs(t, err, ErrStopped)
	assert.Empty(t, out.Messages)
	assert.False(t, n.HasReady())
	require.ErrorIs(t, n.Tick(), ErrStopped)
	_, _, err = n.Get([]byte("k"))
	require.ErrorIs(t, err, ErrStopped)
}

func TestAReadThatFailsStopsTheNode(t *testing.T) {
	disk := faultfs.New(faultfs.Options{})
	n, err := Open(Config{ID: 1, Group: "test", Dir: "node", Members: []uint64{1}, Engine: engine.Options{
		FS: disk, InlineMaintenance: true, MemtableBytes: 32 << 10, CacheBytes: -1, BlobValueBytes: -1,
	}})
	require.NoError(t, err)
	g := group{1: n}
	g.elect(t)
	for number := range uint64(100) { // the first value ends up in a table
		put(t, n, number+1, string(rune('a'+number)), string(make([]byte, 1<<10)))
		g.rest(t)
	}
	broken, err := faultfs.ParseRule("eio read")
	require.NoError(t, err)
	disk.SetRules(broken)
	_, found, err := n.Get([]byte("a"))
	require.ErrorIs(t, err, ErrStopped)
	require.False(t, found)
	require.ErrorIs(t, n.Tick(), ErrStopped)
}

func FuzzCommand(f *testing.F) {
	b, err := (&Command{Number: 1, If: []Condition{{Key: []byte("a"), Absent: true}}, Then: []Write{{Key: []byte("b"), Value: []byte("c")}}}).Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeCommand(b)
		if err != nil {
			return
		}
		again, err := c.Encode()
		require.NoError(t, err)
		back, err := decodeCommand(again)
		require.NoError(t, err)
		require.Equal(t, c, back)
	})
}
