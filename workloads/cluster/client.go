package cluster

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/engine/replica"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

const (
	registers    = 4
	accounts     = 4
	startBalance = 100
	patience     = 60 // maximum number of steps until a client sends its command again or gives up
	tries        = 16 // how often a client sends a command before it gives up
)

// forgetAfter returns the Config.SessionEntries of the nodes. It is small enough that clients are forgotten in most
// runs, and large enough that the last copy of a command is delivered before its client is forgotten. A client gives up
// after a quarter of that, and messages are late by at most 300 steps, in which four clients write at most 300 entries.
func (s *Spec) forgetAfter() uint64 { return 100 * uint64(max(4, s.Clients)) }

// client issues operations, one at a time.
type client struct {
	world   *world
	number  int
	reads   int // percentage of operations that are reads from the start; of the others, some are drawn to be reads, too
	id      replica.ClientID
	last    uint64  // number of its last command
	command []byte  // of the pending operation; nil for a read
	op      int     // index of the pending operation in the history; -1 if there is none
	event   Event   // that started it
	at      *member // the node that it asked last
	life    *life   // of that node
	until   int     // the step at which it loses patience
	tries   int
	begun   uint64            // the last entry that any node had applied when the operation began
	seen    map[string]string // the values that it last read or wrote, by key
}

func newClient(w *world, number int) *client {
	c := &client{world: w, number: number, op: -1, seen: map[string]string{}}
	if rng := w.dice(Event{Kind: ofClient, Node: uint64(number) + 1}); rng.IntN(2) == 0 {
		c.reads = rng.IntN(100)
	}
	binary.BigEndian.PutUint64(c.id[:], uint64(number)+1)
	return c
}

// run starts an operation, or continues the pending one.
func (c *client) run() {
	w := c.world
	if c.op >= 0 {
		if w.step >= c.until || c.at.life() != c.life || !c.at.up() {
			c.lostPatience()
		}
		return
	}
	if !c.begins() {
		return
	}
	op, command := c.next(w.dice(c.event))
	op.ID, op.Client, op.Call, op.Return = len(w.history), c.number, history.Tick(w.tick()), history.Never
	c.op, c.command, c.tries, c.begun = op.ID, nil, 0, w.law.highest
	w.history = append(w.history, op)
	if command != nil {
		c.last++
		command.Client, command.Number = c.id, c.last
		b, err := command.Encode()
		if err != nil {
			panic("cluster: command of a client: " + err.Error())
		}
		c.command = b
	}
	w.tellAsked(c)
	c.ask()
}

// clientNumber returns the number of the client with an ID.
func clientNumber(id replica.ClientID) uint64 { return binary.BigEndian.Uint64(id[:]) - 1 }

// begins reports whether the client starts an operation now.
func (c *client) begins() bool {
	w, due := c.world, false
	switch {
	case w.over:
		return false
	case w.script != nil:
		if c.event, due = w.script.next(uint64(c.number)+1, w.step); !due {
			return false
		}
	case w.rng.IntN(3) > 0:
		return false
	default:
		c.event = Event{Step: w.step, Kind: Op, Node: uint64(c.number) + 1}
	}
	w.did(c.event)
	return true
}

// ask sends the pending operation to some node, usually the one that answered the last operation. Stale values show
// only to clients that stay with a deposed leader while others write to the new one.
func (c *client) ask() {
	w := c.world
	rng := w.dice(Event{Step: c.event.Step, Kind: ofAsking, Node: c.event.Node, N: c.tries})
	if c.at == nil || c.tries > 0 || rng.IntN(8) == 0 {
		c.at = w.someone(rng)
	}
	c.until = w.step + 1 + rng.IntN(patience)
	w.acting = c.at.id
	if !c.at.up() || c.at.halted() {
		c.life = nil // the node does not answer
		if len(c.at.lives) > 0 {
			c.life = c.at.life()
		}
		return
	}
	c.life = c.at.life()
	if c.at.node.Status().IsLeader && c.at != w.leader() {
		w.figures.Deposed++
	}
	var err error
	if c.command != nil {
		err = c.at.node.Propose(c.command)
	} else {
		err = c.at.node.ReadIndex(c.context())
	}
	if stopped(err) && !c.at.survives(err) {
		return
	}
	c.at.soon()
}

// someone returns a node for a client to ask, occasionally one that was removed.
func (w *world) someone(rng *rand.Rand) *member {
	if n := len(w.retired); n > 0 && !w.over && rng.IntN(3) == 0 && !w.retired[n-1].gone {
		w.figures.Lingered++
		return w.retired[n-1]
	}
	return w.any(rng)
}

// context identifies the pending read to ReadIndex.
func (c *client) context() []byte { return fmt.Appendf(nil, "%d-%d", c.number, c.op) }

// lostPatience sends a command again, to a newly drawn node. After enough tries, or if the operation is a read, the
// client gives up, and the history records the outcome as unknown. It asks another node next.
func (c *client) lostPatience() {
	remembered := c.world.law.highest < c.begun+c.world.spec.forgetAfter()/4
	if c.tries++; c.command != nil && c.tries < tries && remembered && !c.world.over {
		c.ask()
		return
	}
	op := &c.world.history[c.op]
	op.Err, op.Return = "no answer", history.Tick(c.world.tick())
	c.op, c.at = -1, nil
}

// next draws an operation, and its command unless it is a read.
func (c *client) next(rng *rand.Rand) (history.Op, *replica.Command) {
	if rng.IntN(100) < c.reads {
		return c.look(rng), nil
	}
	key := "r" + strconv.Itoa(rng.IntN(registers))
	switch rng.IntN(10) {
	case 0, 1, 2:
		return c.look(rng), nil
	case 3:
		w := history.Write{Key: []byte(key), Delete: true}
		return history.Op{Kind: history.Delete, Writes: []history.Write{w}}, &replica.Command{Then: []replica.Write{{Key: w.Key, Delete: true}}}
	case 4:
		return c.cas(rng, key)
	case 5, 6:
		return c.transfer(rng)
	case 7:
		return c.appendLists(rng)
	}
	value := c.value(rng)
	return history.Op{Kind: history.Put, Writes: []history.Write{{Key: []byte(key), Value: value}}},
		&replica.Command{Then: []replica.Write{{Key: []byte(key), Value: value}}}
}

// look draws an operation that reads a register, all accounts or all lists.
func (c *client) look(rng *rand.Rand) history.Op {
	switch rng.IntN(4) {
	case 0:
		return history.Op{Kind: history.Scan, ScanFrom: []byte("a"), ScanTo: []byte("b")}
	case 1:
		return c.readLists()
	}
	key := "r" + strconv.Itoa(rng.IntN(registers))
	return history.Op{Kind: history.Get, Reads: []history.Read{{Key: []byte(key)}}}
}

// value returns a unique value, occasionally a long one.
func (c *client) value(rng *rand.Rand) []byte {
	v := []byte(c.unique())
	if rng.IntN(10) == 0 {
		v = append(v, make([]byte, 1+rng.IntN(4000))...)
	}
	return v
}

// unique returns a text that only the operation at hand writes.
func (c *client) unique() string { return fmt.Sprintf("%d.%d", c.number, c.event.Step) }

// cas changes a register if it still holds what the client last saw.
func (c *client) cas(rng *rand.Rand, key string) (history.Op, *replica.Command) {
	old, found := c.seen[key]
	return exchange([]change{{[]byte(key), old, found, string(c.value(rng))}})
}

// account is the key of an account.
func account(i int) []byte { return []byte("a" + strconv.Itoa(i)) }

// transfer moves money between two accounts, if both still hold what the client last saw.
func (c *client) transfer(rng *rand.Rand) (history.Op, *replica.Command) {
	i := rng.IntN(accounts)
	from, to := account(i), account((i+1+rng.IntN(accounts-1))%accounts)
	has, gets := c.balance(from), c.balance(to)
	amount := rng.IntN(has + 1)
	return exchange([]change{
		{from, strconv.Itoa(has), true, strconv.Itoa(has - amount)},
		{to, strconv.Itoa(gets), true, strconv.Itoa(gets + amount)},
	})
}

// change replaces the value of a key, provided that the key still holds what the client last saw.
type change struct {
	key   []byte
	held  string
	found bool
	next  string
}

// exchange returns an operation that makes several changes in one command: all of them, or none if any condition fails.
func exchange(changes []change) (history.Op, *replica.Command) {
	op, command := history.Op{Kind: history.CAS}, &replica.Command{}
	for _, c := range changes {
		held, next := []byte(c.held), []byte(c.next)
		op.If = append(op.If, history.Read{Key: c.key, Value: held, Found: c.found})
		op.Writes = append(op.Writes, history.Write{Key: c.key, Value: next})
		command.If = append(command.If, replica.Condition{Key: c.key, Value: held, Absent: !c.found})
		command.Then = append(command.Then, replica.Write{Key: c.key, Value: next})
	}
	return op, command
}

// balance returns the balance of an account that the client last saw.
func (c *client) balance(key []byte) int {
	if n, err := strconv.Atoi(c.seen[string(key)]); err == nil {
		return n
	}
	return startBalance
}

// applied answers a client whose command was applied by the node that it had asked.
func (w *world) applied(m *member, a replica.Applied) {
	for _, c := range w.clients {
		if c.id != a.Client || c.op < 0 || c.command == nil || c.last != a.Number || c.at != m {
			continue
		}
		op := &w.history[c.op]
		op.Outcome, op.Return, op.Missed = history.Acked, history.Tick(w.tick()), a.Outcome == replica.Refused
		if a.Outcome == replica.Old {
			w.violation(Sessions, "client %d was told that its command %d is old, although it has sent no later one", c.number, a.Number)
		}
		for _, write := range op.Writes {
			if !op.Missed {
				c.learn(write.Key, write.Value, !write.Delete)
			}
		}
		w.tellAnswered(c, op, m)
		c.op = -1
		w.figures.Acked++
	}
}

// answerReads answers the reads whose index a node has applied.
func (w *world) answerReads(m *member) {
	applied := m.node.Status().Applied
	for _, c := range w.clients {
		if c.op < 0 || c.command != nil || c.at != m || c.life != m.life() {
			continue
		}
		index, known := m.reads[string(c.context())]
		if !known || applied < index {
			continue
		}
		delete(m.reads, string(c.context()))
		if !c.read(m) {
			return
		}
	}
}

// read performs the pending read on node m, and reports whether the node survived it.
func (c *client) read(m *member) bool {
	w := c.world
	op := &w.history[c.op]
	keys := [][]byte{}
	for _, r := range op.Reads {
		keys = append(keys, r.Key)
	}
	scan := op.Kind == history.Scan
	if scan {
		for i := range accounts {
			keys = append(keys, account(i))
		}
	}
	op.Reads = nil
	for _, key := range keys {
		value, found, err := m.node.Get(key)
		if err != nil {
			m.survives(err)
			return false
		}
		if found || !scan {
			op.Reads = append(op.Reads, history.Read{Key: key, Value: slices.Clone(value), Found: found})
		}
		c.learn(key, value, found)
	}
	op.Outcome, op.Return = history.Acked, history.Tick(w.tick())
	w.tellAnswered(c, op, m)
	c.op = -1
	w.figures.Acked++
	return true
}

func (c *client) learn(key, value []byte, found bool) {
	if found {
		c.seen[string(key)] = string(value)
	} else {
		delete(c.seen, string(key))
	}
}
