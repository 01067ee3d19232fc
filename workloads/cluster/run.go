package cluster

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Outcome is the result of a run.
type Outcome struct {
	History    []history.Op
	Violations []string // of raft's promises and of words, one sentence each, in order of discovery; at most 20
	Figures    Figures
}

// Figures count what happened in a run.
type Figures struct {
	Steps, Acked, Unanswered                            int // steps of the run; operations of clients
	Leaders, Snapshots, Replaced, Lost                  int
	PowerCuts, Partitions, DiskFaults, Rotten, Stops    int
	Halts, Interrupted, Mistakes, Changes, Disasters    int
	Lingered, Deposed                                   int // requests to removed nodes, and to leaders that another has replaced
	Words, WordPoints, WordImages, WordPointsExhaustive int
}

const violationsMax = 20

// one serializes runs, because each replaces crypto/rand.Reader.
var one sync.Mutex

// Run runs a group for Spec.Steps steps with faults. Then it ends all faults, lets the group settle, and judges raft and words.
// Judge judges the history. The error is that of ctx. Run replaces crypto/rand.Reader meanwhile, so only one can proceed at a
// time in a process, and nothing else in the process may draw secrets.
func Run(ctx context.Context, spec Spec) (*Outcome, error) {
	spec.ensureDefaults()
	one.Lock()
	defer one.Unlock()
	system := crand.Reader
	defer func() { crand.Reader = system }()
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], spec.Seed)
	crand.Reader = rand.NewChaCha8(seed)

	w := newWorld(spec)
	for w.step = 1; w.step <= spec.Steps && ctx.Err() == nil; w.step++ {
		w.interfere()
		w.turn()
	}
	w.settle(ctx)
	w.law.logsMatch()
	w.sameEverywhere()
	if err := w.searchWords(ctx); err != nil {
		return nil, err
	}
	w.figures.Steps = w.step
	for i := range w.history {
		if w.history[i].Outcome == history.Unknown {
			w.figures.Unanswered++
		}
	}
	return &Outcome{History: w.history, Violations: w.violations, Figures: w.figures}, ctx.Err()
}

// world is a group, its network and its clients.
type world struct {
	spec       Spec
	rng        *rand.Rand
	swarm      swarm
	model      faultfs.Model
	clock      uint64 // ticks of disks, words and clients
	step       int
	over       bool // the faults have ended
	members    []*member
	retired    []*member // nodes that were removed
	nextID     uint64
	replacing  *replacement // in progress; nil if there is none
	network    *network
	clients    []*client
	law        *law
	history    []history.Op
	violations []string
	figures    Figures
}

func newWorld(spec Spec) *world {
	w := &world{spec: spec, rng: rand.New(rand.NewPCG(spec.Seed, 16)), model: faultfs.Model{Profile: spec.Profile}}
	w.swarm = draw(w.rng)
	w.network = &network{world: w, severed: map[[2]uint64]bool{}}
	w.law = newLaw(w)
	var ids []uint64
	for i := range spec.Nodes {
		ids = append(ids, uint64(i)+1)
	}
	w.nextID = uint64(spec.Nodes) + 1
	w.law.last.Voters = ids
	for _, id := range ids {
		m := &member{world: w, id: id, fs: faultfs.New(faultfs.Options{Tick: w.tick}), members: ids, period: 3}
		m.start()
		w.members = append(w.members, m)
	}
	for i := range spec.Clients {
		w.clients = append(w.clients, newClient(w, i))
	}
	w.fillAccounts()
	return w
}

// fillAccounts makes the opening deposits the first client's first command, which it repeats until it is answered.
func (w *world) fillAccounts() {
	c := w.clients[0]
	op := history.Op{Kind: history.Batch, Client: c.number, Call: history.Tick(w.tick()), Return: history.Never}
	command := &replica.Command{Client: c.id, Number: 1}
	for i := range accounts {
		value := []byte(strconv.Itoa(startBalance))
		op.Writes = append(op.Writes, history.Write{Key: account(i), Value: value})
		command.Then = append(command.Then, replica.Write{Key: account(i), Value: value})
	}
	b, err := command.Encode()
	if err != nil {
		panic("cluster: command of a client: " + err.Error())
	}
	w.history = append(w.history, op)
	c.last, c.op, c.command, c.tries, c.begun = 1, 0, b, -1<<30, 1<<62 // it never gives up
	c.at, c.life = w.members[0], w.members[0].life()
}

func (w *world) tick() uint64 {
	w.clock++
	return w.clock
}

func (w *world) violation(format string, args ...any) {
	if len(w.violations) < violationsMax {
		w.violations = append(w.violations, fmt.Sprintf("step %d: ", w.step)+fmt.Sprintf(format, args...))
	}
}

// member returns a node by its ID, including a removed one that is still running, or nil if there is none.
func (w *world) member(id uint64) *member {
	for _, m := range w.members {
		if m.id == id {
			return m
		}
	}
	for _, m := range w.retired {
		if m.id == id && !m.gone {
			return m
		}
	}
	return nil
}

// turn performs one step of every node, the network and every client.
func (w *world) turn() {
	for _, m := range w.members {
		if !m.up() && !m.gone && w.step >= m.wakes {
			m.start()
		}
		m.turn()
	}
	w.linger()
	w.network.deliver()
	for _, c := range w.clients {
		c.run()
	}
	if w.swarm.together {
		for _, m := range slices.Concat(w.members, w.retired) {
			m.run()
		}
	}
	w.replaced()
}

// stopped reports whether err means that the node has stopped, rather than that a single call had no effect.
func stopped(err error) bool { return errors.Is(err, replica.ErrStopped) }
