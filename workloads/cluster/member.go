package cluster

import (
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// group is the name of the group under test.
const group = "cluster"

// member is a node with its disk.
type member struct {
	world   *world
	id      uint64
	fs      *faultfs.FS
	node    *replica.Node // nil while it is down
	members []uint64      // the founding members of the group; nil for a node that joined
	wakes   int           // the step at which it restarts
	period  int           // steps between two ticks, which is the speed of its clock
	lag     int           // extra steps that messages to it take
	halts   int           // the step until which it is paused
	deaf    int           // the step from which other nodes reach it again; it answers clients earlier
	lingers int           // the step until which it keeps running after it was removed
	gone    bool          // it never runs again
	rotten  bool          // its disk has rotted, so it may report that and stop for good
	lives   []*life
	reads   map[string]uint64 // the index that a read waits for, by the read's context
}

// life is the time between two power cuts: what the disk recorded, and the words of the node.
type life struct {
	fs    *faultfs.FS
	words []word
	rot   bool        // the disk had rotted before this life began
	rare  [][2]uint64 // first and last tick of each step that changed the log in any other way than by appending
	end   uint64      // the tick at which the power was cut; 0 if it was not
	first uint64      // first index of the log after the last step
	cut   int         // the words before this index are about entries that were cut from the log, or are not about entries
}

// options are the options of the store. Everything is small, so that files are created and removed often.
func options(fs *faultfs.FS) engine.Options {
	return engine.Options{
		FS: fs, InlineMaintenance: true, MemtableBytes: 32 << 10, LogAheadBytes: -1, TableBytes: 16 << 10, LevelBytesBase: 64 << 10,
		BlobValueBytes: -1, CacheBytes: -1,
	}
}

// config returns the configuration that opens the node on fs.
func (m *member) config(fs *faultfs.FS) replica.Config {
	return replica.Config{
		ID: m.id, Group: group, Dir: "node", Engine: options(fs), Members: m.members, LogEntries: 10, SessionEntries: m.world.spec.forgetAfter(), UncommittedBytes: 1 << 20,
		SnapshotChunkBytes: 128,
	}
}

// start opens the node. If its disk has suffered nothing but power cuts, failing to open is a violation.
func (m *member) start() {
	if !m.world.judgesWords() {
		m.lives = nil // the disks of earlier lives are not needed, and they are large in a long run
	}
	m.lives = append(m.lives, &life{fs: m.fs, rot: m.rotten})
	m.reads = map[string]uint64{}
	m.world.breakOpening(m)
	m.world.acting = m.id
	node, err := replica.Open(m.config(m.fs))
	switch {
	case err == nil:
	case m.rotten:
		m.gone = true
		return
	case m.world.harmless(m):
		m.world.violation(Opens, "node %d does not open after a power cut: %v", m.id, err)
		m.gone = true
		return
	default:
		m.fs.SetRules()
		m.cut(Event{Step: m.world.step, Kind: ofStop, Node: m.id}, 20, 200)
		return
	}
	m.fs.SetRules()
	m.node = node
	if m.world.step > 0 {
		m.world.tell("node %d starts", m.id)
	}
	if text := ordered(node); text != "" {
		m.world.violation(LogOrder, "node %d, opened again, %s", m.id, text)
	}
}

// up reports whether the node is running.
func (m *member) up() bool { return m.node != nil }

// halted reports whether the node is paused. Meanwhile it does nothing and does not notice the pause, like a process
// that is not scheduled.
func (m *member) halted() bool { return m.world.step < m.halts }

// hears reports whether messages of other nodes reach it. After a pause, clients connect at once, but other nodes send
// again only when their timers fire. Until then, a deposed leader does not know that it was deposed, and its clock has
// not ticked.
func (m *member) hears() bool { return m.world.step >= m.deaf }

// turn ticks the node if its clock is due.
func (m *member) turn() {
	m.world.acting = m.id
	if m.up() && !m.halted() && m.world.step%m.period == 0 && m.survives(m.node.Tick()) {
		m.run()
	}
}

// life returns the current life.
func (m *member) life() *life { return m.lives[len(m.lives)-1] }

// cut cuts the power for least steps and up to more-1 further ones. The event determines how many, and what is left of
// the disk.
func (m *member) cut(e Event, least, more int) {
	w := m.world
	m.begin(faultfs.NewTimeline(m.fs, w.model, 0).Advance(m.fs.Now()), e, least, more)
	w.figures.PowerCuts++
}

// begin replaces the disk with an image of a crash point, from which the node restarts later.
func (m *member) begin(point *faultfs.CrashPoint, e Event, least, more int) {
	w, kills := m.world, e.Kind == Kill
	if kills {
		e.Kind = PowerCut // for the same draw of how long it is down
	}
	rng := w.dice(e)
	m.wakes = w.step + least + rng.IntN(more)
	o := faultfs.ImageOptions{Chooser: faultfs.Seeded(rng.Uint64()), Tick: w.tick, Callers: w.spec.Watch != nil}
	before := m.fs
	m.node, m.life().end = nil, w.clock
	if kills {
		m.fs = point.Losing(nil, o)
		return
	}
	m.fs = point.Image(o)
	w.tellLost(m, point, o.Chooser, before)
}

// run lets the node do all its work.
func (m *member) run() {
	m.world.acting = m.id
	for m.node != nil && m.node.HasReady() {
		begun := m.world.clock
		out, err := m.node.Ready()
		if !m.survives(err) {
			return
		}
		m.speak(begun, out)
		m.world.network.send(m, out)
		m.world.tellSaid(m, out)
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

// survives reports whether a call of the node succeeded. If the node has stopped, its power is cut, because the page cache of a
// failed disk cannot be trusted. A stop without a disk fault is a violation.
func (m *member) survives(err error) bool {
	if err == nil {
		return true
	}
	m.world.figures.Stops++
	m.world.tell("node %d stops: %v", m.id, err)
	if m.rotten && errors.Is(err, replica.ErrStopped) {
		m.node, m.gone = nil, true
		return false
	}
	if !errors.Is(err, replica.ErrStopped) || m.world.harmless(m) {
		m.world.violation(Runs, "node %d failed without a fault of its disk: %v", m.id, err)
	}
	m.fs.SetRules()
	m.cut(Event{Step: m.world.step, Kind: ofStop, Node: m.id}, 20, 200)
	return false
}

// step delivers a message to the node.
func (m *member) step(msg *pb.Message) {
	m.world.acting = m.id
	if m.node != nil && m.survives(m.node.Step(msg)) {
		m.soon()
	}
}

// soon lets the node work on what has just happened to it: at once or, in half of the runs, together with everything else that
// happens in this step.
func (m *member) soon() {
	if !m.world.swarm.together {
		m.run()
	}
}

// tell names a member in a violation.
func (m *member) tell() string { return fmt.Sprintf("node %d", m.id) }
