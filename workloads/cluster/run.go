package cluster

import (
	"context"
	crand "crypto/rand"
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
	Violations []Violation // of raft's promises and of words, in order of discovery; a few of each class
	Figures    Figures
	Events     []Event // that happened, in order
	Broken     *Broken // the first disk on which a node breaks its word, if Spec.Wanted asks for one
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

// one serializes runs, because each replaces crypto/rand.Reader.
var one sync.Mutex

// Run runs a group for Spec.Steps steps with faults. Then it ends all faults, lets the group settle, and judges raft and words.
// Judge judges the history. The error is that of ctx. Run replaces crypto/rand.Reader meanwhile, so only one can proceed at a
// time in a process, and nothing else in the process may draw secrets.
func Run(ctx context.Context, spec Spec) (*Outcome, error) {
	spec.EnsureDefaults()
	one.Lock()
	defer one.Unlock()
	system := crand.Reader
	defer func() { crand.Reader = system }()

	w := newWorld(spec)
	for w.step = 1; w.step <= spec.Steps && ctx.Err() == nil && !w.enough; w.step++ {
		w.begun = append(w.begun, w.clock)
		if w.skipped() {
			w.idle++
			continue
		}
		w.interfere()
		w.turn()
	}
	if err := w.finish(ctx); err != nil {
		return nil, err
	}
	w.figures.Steps = w.step - w.idle
	for i := range w.history {
		if w.history[i].Outcome == history.Unknown {
			w.figures.Unanswered++
		}
	}
	return &Outcome{History: w.history, Violations: w.violations, Figures: w.figures, Events: w.events, Broken: w.broken}, ctx.Err()
}

// skipped reports whether the current step is left out.
func (w *world) skipped() bool {
	skip := w.spec.Skip
	for len(skip) > 0 && skip[0].To <= w.step {
		skip = skip[1:]
	}
	w.spec.Skip = skip
	is := len(skip) > 0 && skip[0].From <= w.step
	if is && w.script != nil {
		w.script.drop(w.step)
	}
	return is
}

// finish ends the faults of a run and judges what can be judged only then.
func (w *world) finish(ctx context.Context) error {
	if !w.spec.Wanted.OfDisk() && !w.enough {
		w.settle(ctx)
	}
	if !w.spec.Wanted.OfDisk() && !w.enough {
		w.law.logsMatch()
		w.sameEverywhere()
	}
	if w.enough && w.spec.Wanted != "" {
		return nil
	}
	return w.searchWords(ctx)
}

// world is a group, its network and its clients.
type world struct {
	spec       Spec
	rng        *rand.Rand // draws which events happen, unless there is a script
	script     *script    // nil if the seed draws the events
	events     []Event    // that happened
	acting     uint64     // the node at work
	begun      []uint64   // the tick at which each step began
	enough     bool       // what was wanted has been seen
	broken     *Broken    // the first broken word, if one is wanted
	split      int        // the last step at which links were severed
	swarm      swarm
	model      faultfs.Model
	clock      uint64 // ticks of disks, words and clients
	step       int
	idle       int  // the number of steps left out
	over       bool // the faults have ended
	members    []*member
	retired    []*member // nodes that were removed
	nextID     uint64
	replacing  *replacement // in progress; nil if there is none
	network    *network
	clients    []*client
	law        *law
	history    []history.Op
	violations []Violation
	figures    Figures
}

func newWorld(spec Spec) *world {
	w := &world{spec: spec, rng: rand.New(rand.NewPCG(spec.Seed, 16)), model: faultfs.Model{Profile: spec.Profile}}
	crand.Reader = &raftDice{seed: spec.Seed, now: func() (int, uint64) { return w.step, w.acting }}
	if spec.Events != nil {
		w.script = newScript(spec.Events)
	}
	w.swarm = draw(w.dice(Event{Kind: ofSwarm}))
	w.network = &network{world: w, severed: map[[2]uint64]bool{}}
	w.law = newLaw(w)
	var ids []uint64
	for i := range spec.Nodes {
		ids = append(ids, uint64(i)+1)
	}
	w.nextID = uint64(spec.Nodes) + 1
	w.law.last.Voters = ids
	for _, id := range ids {
		m := &member{world: w, id: id, fs: w.newDisk(), members: ids, period: 3}
		m.start()
		w.members = append(w.members, m)
	}
	for i := range spec.Clients {
		w.clients = append(w.clients, newClient(w, i))
	}
	w.fillAccounts()
	return w
}

// fillAccounts has the first client make the opening deposits with its first command, which it repeats until it is
// answered.
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

// dice returns the random source for whatever an event leaves open.
func (w *world) dice(e Event) *rand.Rand { return dice(w.spec.Seed, e) }

// newDisk returns an empty disk. It records the callers of each operation if the run is watched.
func (w *world) newDisk() *faultfs.FS {
	return faultfs.New(faultfs.Options{Tick: w.tick, Callers: w.spec.Watch != nil})
}

func (w *world) tick() uint64 {
	w.clock++
	return w.clock
}

const (
	violationsMax = 20
	perClassMax   = 4
)

// violation records a violation. There may be many of one kind; only the first few are kept.
func (w *world) violation(class Class, format string, args ...any) {
	w.violated(Violation{Class: class, Step: w.step, Sentence: fmt.Sprintf(format, args...)})
}

func (w *world) violated(v Violation) {
	alike := 0
	for i := range w.violations {
		if known := w.violations[i]; known.Class == v.Class {
			alike++
			if known.Sentence == v.Sentence {
				return
			}
		}
	}
	if len(w.violations) < violationsMax && alike < perClassMax {
		w.violations = append(w.violations, v)
		w.tell("✗ %s", v.Sentence)
	}
	w.enough = w.enough || v.Class == w.spec.Wanted
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
