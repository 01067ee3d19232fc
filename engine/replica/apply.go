package replica

import (
	"encoding/binary"
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
)

// Applied is what became of a command.
type Applied struct {
	Index   uint64 // of its entry
	Client  ClientID
	Number  uint64
	Outcome Outcome
}

// Outcome is what became of a command.
type Outcome uint8

// The outcomes.
const (
	Done    Outcome = iota // its writes have taken effect
	Refused                // a condition did not hold: nothing was written
	Old                    // a later command of the client has been applied: nothing was written, and what became of this one is forgotten
)

// apply applies committed entries in one batch, which also says how far that went. It needs no sync, unless the members change: after
// a crash that loses it, the log applies the entries again.
func (n *Node) apply(entries []*pb.Entry, out *Output) error {
	if len(entries) == 0 {
		return nil
	}
	a := &application{node: n, changed: map[string]*[]byte{}, clients: map[ClientID]session{}}
	for _, e := range entries {
		if err := a.entry(e, out); err != nil {
			return err
		}
		n.applied = position{e.GetIndex(), e.GetTerm()}
	}
	for id, s := range a.clients {
		a.batch.Put(n.current.client(id), s.bytes())
	}
	a.batch.Put(appliedKey, n.applied.bytes())
	durability := engine.NoSync
	if len(out.Changed) > 0 {
		durability = engine.Sync
	}
	return n.db.Apply(&a.batch, durability)
}

// application is the entries of one batch: what they have changed is not in the store yet.
type application struct {
	node    *Node
	batch   engine.Batch
	changed map[string]*[]byte // by key; nil for one that was deleted
	clients map[ClientID]session
}

func (a *application) entry(e *pb.Entry, out *Output) error {
	if e.GetIndex()%a.node.config.SessionEntries == 0 {
		if err := a.forgetClients(e.GetIndex()); err != nil {
			return err
		}
	}
	switch e.GetType() {
	case pb.EntryConfChange, pb.EntryConfChangeV2:
		return a.node.applyMembers(&a.batch, e, out)
	case pb.EntryNormal:
	default:
		return fmt.Errorf("entry %d has a type that this version does not know: %v", e.GetIndex(), e.GetType())
	}
	if len(e.GetData()) == 0 {
		return nil // by which a new leader begins its term
	}
	c, err := decodeCommand(e.GetData())
	if err != nil {
		return fmt.Errorf("entry %d: %w", e.GetIndex(), err)
	}
	outcome, err := a.command(c, e.GetIndex())
	if err != nil {
		return err
	}
	out.Applied = append(out.Applied, Applied{Index: e.GetIndex(), Client: c.Client, Number: c.Number, Outcome: outcome})
	return nil
}

// command does what a client wants, unless it was done before.
func (a *application) command(c *Command, index uint64) (Outcome, error) {
	last, err := a.session(c.Client)
	switch {
	case err != nil:
		return 0, err
	case c.Number < last.number:
		return Old, nil
	case c.Number == last.number:
		return last.outcome, nil
	}
	outcome := Done
	for _, i := range c.If {
		holds, err := a.holds(i)
		if err != nil {
			return 0, err
		}
		if !holds {
			outcome = Refused
		}
	}
	if outcome == Done {
		a.write(c.Then)
	}
	a.clients[c.Client] = session{number: c.Number, outcome: outcome, index: index}
	return outcome, nil
}

func (a *application) write(writes []Write) {
	for _, w := range writes {
		key := a.node.current.pair(w.Key)
		if w.Delete {
			a.batch.Delete(key)
			a.changed[string(key)] = nil
			continue
		}
		a.batch.Put(key, w.Value)
		a.changed[string(key)] = &w.Value
	}
}

func (a *application) holds(c Condition) (bool, error) {
	value, found, err := a.get(a.node.current.pair(c.Key))
	if c.Absent {
		return !found, err
	}
	return found && string(value) == string(c.Value), err
}

// get reads a key as the entries before have left it.
func (a *application) get(key []byte) (value []byte, found bool, err error) {
	if v, changed := a.changed[string(key)]; changed {
		if v == nil {
			return nil, false, nil
		}
		return *v, true, nil
	}
	value, err = a.node.db.Get(key)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	return value, err == nil, err
}

// session is what is remembered of a client: its last command.
type session struct {
	number  uint64
	outcome Outcome
	index   uint64 // of the entry
}

const sessionBytes = 8 + 1 + 8

func (s session) bytes() []byte {
	b := append(binary.BigEndian.AppendUint64(nil, s.number), byte(s.outcome))
	return binary.BigEndian.AppendUint64(b, s.index)
}

func parseSession(b []byte) (session, error) {
	if len(b) != sessionBytes {
		return session{}, fmt.Errorf("%w: what is remembered of a client has %d bytes", ErrDamaged, len(b))
	}
	return session{binary.BigEndian.Uint64(b), Outcome(b[8]), binary.BigEndian.Uint64(b[9:])}, nil
}

func (a *application) session(id ClientID) (session, error) {
	if s, known := a.clients[id]; known {
		return s, nil
	}
	b, found, err := a.get(a.node.current.client(id))
	if err != nil || !found {
		return session{}, err
	}
	return parseSession(b)
}

// forgetClients forgets clients that have been silent for long. All nodes do so at the same entry, whatever comes in one batch
// with it, or a command that is sent again would be new to one of them.
func (a *application) forgetClients(now uint64) error {
	n := a.node
	prefix := append(n.current.prefix(), clientSpace)
	it, err := n.db.NewIterator(engine.IterOptions{Prefix: prefix})
	if err != nil {
		return err
	}
	for more := it.First(); more; more = it.Next() {
		s, err := parseSession(it.Value())
		if err != nil {
			return errors.Join(err, it.Close())
		}
		if _, active := a.clients[ClientID(it.Key()[len(prefix):])]; !active && s.index+n.config.SessionEntries < now {
			a.batch.Delete(it.Key())
			a.changed[string(it.Key())] = nil
		}
	}
	return errors.Join(it.Error(), it.Close())
}
