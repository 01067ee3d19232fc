package cluster

import (
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// group is the name of the group.
const group = "cluster"

// member is a node with its disk.
type member struct {
	world   *world
	id      uint64
	fs      *faultfs.FS
	node    *replica.Node // nil while it is down
	members []uint64      // with which a new group began; nil for one that joined
	wakes   int           // the step at which it is started again
	period  int           // steps between two ticks: how fast its clock runs
	lag     int           // steps by which messages to it are late
	halts   int           // the step until which it does nothing, and does not know it
	lingers int           // the step until which it goes on after it was removed
	gone    bool          // for good
	rotten  bool          // its disk has rotted: it may say so, and be of no use any more
	lives   []*life
	reads   map[string]uint64 // for which index reads wait, by their context
}

// life is what a disk recorded between two power cuts, and what the node said meanwhile.
type life struct {
	fs    *faultfs.FS
	words []word
	rot   bool        // the disk had rotted when it began
	rare  [][2]uint64 // from one tick to another: a step that changed more of the log than its end
	first uint64      // where the log began after the last step
	cut   int         // words before this one are of entries that are not in the log any more, or of none
}

// options are those of the store: small, so that its files come and go.
func options(fs *faultfs.FS) engine.Options {
	return engine.Options{
		FS: fs, InlineMaintenance: true, MemtableBytes: 32 << 10, LogAheadBytes: -1, TableBytes: 16 << 10, LevelBytesBase: 64 << 10,
		BlobValueBytes: -1, CacheBytes: -1,
	}
}

// config is what a node is opened with.
func (m *member) config(fs *faultfs.FS) replica.Config {
	return replica.Config{
		ID: m.id, Group: group, Dir: "node", Engine: options(fs), Members: m.members, LogEntries: 10, SessionEntries: 1 << 20, UncommittedBytes: 1 << 20,
		SnapshotChunkBytes: 128,
	}
}

// start opens the node. A disk that was never harmed but by power cuts has to open.
func (m *member) start() {
	m.lives = append(m.lives, &life{fs: m.fs, rot: m.rotten})
	m.reads = map[string]uint64{}
	m.world.breakOpening(m)
	node, err := replica.Open(m.config(m.fs))
	switch {
	case err == nil:
	case m.rotten:
		m.gone = true
		return
	case m.world.harmless(m):
		m.world.violation("node %d does not open after a power cut: %v", m.id, err)
		m.gone = true
		return
	default:
		m.fs.SetRules()
		m.cut(20 + m.world.rng.IntN(200))
		return
	}
	m.fs.SetRules()
	m.node = node
	m.world.law.ordered(node, m.id, m.world.clock)
}

// up reports whether the node runs.
func (m *member) up() bool { return m.node != nil }

// halted reports whether the node is held up: it does nothing, and does not know it.
func (m *member) halted() bool { return m.world.step < m.halts }

// turn lets time pass for the node.
func (m *member) turn() {
	if m.up() && !m.halted() && m.world.step%m.period == 0 && m.survives(m.node.Tick()) {
		m.run()
	}
}

// life returns the one that lasts.
func (m *member) life() *life { return m.lives[len(m.lives)-1] }

// cut cuts the power. What is left of the disk follows from the seed.
func (m *member) cut(sleep int) {
	w := m.world
	m.begin(faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now()), sleep)
	w.figures.PowerCuts++
}

// begin begins a life with what a power cut has left.
func (m *member) begin(point *faultfs.CrashPoint, sleep int) {
	w := m.world
	m.fs = point.Image(faultfs.ImageOptions{Chooser: faultfs.Seeded(w.rng.Uint64()), Tick: w.tick})
	m.node, m.wakes = nil, w.step+sleep
}

// run lets the node do what there is to do.
func (m *member) run() {
	for m.node != nil && m.node.HasReady() {
		begun := m.world.clock
		out, err := m.node.Ready()
		if !m.survives(err) {
			return
		}
		m.speak(begun, out)
		m.world.network.send(m, out)
		m.world.law.look(m, out)
		for _, a := range out.Applied {
			m.world.applied(m, a)
		}
		for _, r := range out.Reads {
			m.reads[string(r.RequestCtx)] = r.Index
		}
	}
	if m.node != nil {
		m.world.answerReads(m)
	}
}

// survives reports whether a call of the node went well. One that has stopped is taken from the network, and its power is cut:
// nobody trusts what a failed disk still has in memory.
func (m *member) survives(err error) bool {
	if err == nil {
		return true
	}
	m.world.figures.Stops++
	if m.rotten && errors.Is(err, replica.ErrStopped) {
		m.node, m.gone = nil, true
		return false
	}
	if !errors.Is(err, replica.ErrStopped) || m.world.harmless(m) {
		m.world.violation("node %d failed without a fault of its disk: %v", m.id, err)
	}
	m.fs.SetRules()
	m.cut(20 + m.world.rng.IntN(200))
	return false
}

// step gives the node a message.
func (m *member) step(msg *pb.Message) {
	if m.node != nil && m.survives(m.node.Step(msg)) {
		m.run()
	}
}

// tell describes a member in a sentence.
func (m *member) tell() string { return fmt.Sprintf("node %d", m.id) }
