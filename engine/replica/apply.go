package replica

import (
	"encoding/binary"
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
)

// Applied reports the outcome of a committed command.
type Applied struct {
	Index   uint64 // of the command's log entry
	Client  ClientID
	Number  uint64
	Outcome Outcome
}

// Outcome is the result of applying a command.
type Outcome uint8

// The outcomes.
const (
	Done    Outcome = iota // the writes have taken effect
	Refused                // a condition did not hold; nothing was written
	Old                    // a later command of the client was applied already; nothing was written now
)

// apply applies committed entries in one batch, which also records the index that it reaches. The batch is not synced: if a
// crash loses it, the entries are applied again from the log. A change of members is the exception, because the node acts on
// it as soon as it is applied (R8).
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

// application builds the batch for some entries. Until the batch is committed, their effects are visible only in changed
// and clients.
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
		return fmt.Errorf("entry %d: unknown entry type %v; upgrade this node", e.GetIndex(), e.GetType())
	}
	if len(e.GetData()) == 0 {
		return nil // the empty entry with which a new leader begins its term
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

// command applies a client's command, unless it was applied before.
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

// get reads a key as the preceding entries left it, including those of the same batch.
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

// session records a client's last command, so that a repeated one is recognized.
type session struct {
	number  uint64
	outcome Outcome
	index   uint64 // of the command's log entry
}

const sessionBytes = 8 + 1 + 8

func (s session) bytes() []byte {
	b := append(binary.BigEndian.AppendUint64(nil, s.number), byte(s.outcome))
	return binary.BigEndian.AppendUint64(b, s.index)
}

func parseSession(b []byte) (session, error) {
	if len(b) != sessionBytes {
		return session{}, fmt.Errorf("%w: client session of %d bytes, want %d", ErrDamaged, len(b), sessionBytes)
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

// forgetClients drops the sessions of clients that have been silent for too long. Every node must do so at the same entry,
// no matter how it groups entries into batches. Otherwise a repeated command would be new to one node and known to another.
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
