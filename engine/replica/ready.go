package replica

import (
	"errors"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Output is what a step of the protocol leads to.
type Output struct {
	Messages  []*pb.Message    // for other nodes: what they say is durable
	Snapshots []*Snapshot      // for other nodes that are too far behind; each must be closed
	Applied   []Applied        // commands that were committed, in the order of the log
	Reads     []raft.ReadState // answers to ReadIndex
	Changed   []Membership     // changes of the membership that were committed, in the order of the log
	Removed   bool             // this node is no member any more; it can be closed
}

// HasReady reports whether there is something to do: call Ready until there is not.
func (n *Node) HasReady() bool { return n.stopped == nil && n.raft.HasReady() }

// Ready does one step of the protocol. First it makes durable what raft wants to keep; then the messages may go out, for
// their words are kept; then it applies what is committed. After an error the node has stopped, and the output is empty.
func (n *Node) Ready() (*Output, error) {
	out := &Output{}
	err := n.do(func() error {
		rd := n.raft.Ready()
		if err := n.save(&rd); err != nil {
			return n.stop(err)
		}
		for _, m := range rd.Messages {
			if m.GetType() == pb.MsgSnap {
				out.Snapshots = append(out.Snapshots, n.snapshot(m))
			} else {
				out.Messages = append(out.Messages, m)
			}
		}
		if err := n.apply(rd.CommittedEntries, out); err != nil {
			return n.stop(err)
		}
		out.Reads = rd.ReadStates
		n.raft.Advance(rd)
		if err := n.cutLog(); err != nil {
			return n.stop(err)
		}
		return nil
	})
	if err != nil {
		for _, s := range out.Snapshots {
			err = errors.Join(err, s.Close())
		}
		return &Output{}, err
	}
	return out, nil
}

// save makes durable what raft promises by its messages, in one batch.
func (n *Node) save(rd *raft.Ready) error {
	var b engine.Batch
	durability := engine.NoSync
	if rd.MustSync {
		durability = engine.Sync
	}
	if !raft.IsEmptySnap(rd.Snapshot) {
		durability = engine.Sync
		if err := n.install(&b, rd.Snapshot); err != nil {
			return err
		}
	}
	if err := n.append(&b, rd.Entries); err != nil {
		return err
	}
	if !raft.IsEmptyHardState(rd.HardState) {
		hard, err := proto.Marshal(rd.HardState)
		if err != nil {
			return err
		}
		b.Put(hardStateKey, hard)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := n.db.Apply(&b, durability); err != nil {
		return err
	}
	if !raft.IsEmptySnap(rd.Snapshot) {
		if err := n.installed(rd.Snapshot); err != nil {
			return err
		}
	}
	if !raft.IsEmptyHardState(rd.HardState) {
		if err := n.log.SetHardState(rd.HardState); err != nil {
			return err
		}
	}
	return n.log.Append(rd.Entries)
}

// append adds entries to a batch. They take the place of all entries from the first of them on: a leader of a later term
// has overruled those.
func (n *Node) append(b *engine.Batch, entries []*pb.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	last, err := n.log.LastIndex()
	if err != nil {
		return err
	}
	if after := entries[len(entries)-1].GetIndex() + 1; after <= last {
		b.DeleteRange(entryKey(after), entryKey(last+1))
	}
	for _, e := range entries {
		v, err := proto.Marshal(e)
		if err != nil {
			return err
		}
		b.Put(entryKey(e.GetIndex()), v)
	}
	return nil
}

// cutLog drops entries that were applied long ago, once there are twice as many as are kept. It comes after the batch that
// applied them, so it cannot survive a crash that this one does not.
func (n *Node) cutLog() error {
	first, err := n.log.FirstIndex()
	if err != nil || n.applied.index < first+2*n.config.LogEntries {
		return err
	}
	to := position{index: n.applied.index - n.config.LogEntries}
	if to.term, err = n.log.Term(to.index); err != nil {
		return err
	}
	var b engine.Batch
	b.Put(cutKey, to.bytes())
	b.DeleteRange(entryKey(0), entryKey(to.index+1))
	if err := n.db.Apply(&b, engine.NoSync); err != nil {
		return err
	}
	return n.log.Compact(to.index)
}
