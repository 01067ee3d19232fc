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
	Removed   bool             // this node is no member any more. Close it when the others have had time to learn of it: see R8
}

// HasReady reports whether there is something to do: call Ready until there is not.
func (n *Node) HasReady() bool { return n.stopped == nil && (n.unsaved != nil || n.raft.HasReady()) }

// Ready does one step of the protocol. Before a step that has to sync comes one with all that need not wait for it: a leader sends
// entries to the others while it saves them itself, and what is committed is applied. A step that syncs makes durable what raft
// wants to keep; then its messages may go out, for their words are kept; then it applies what is committed now. After an error
// the node has stopped, and the output is empty.
func (n *Node) Ready() (*Output, error) {
	out := &Output{}
	err := n.do(func() error {
		if err := n.step(out); err != nil {
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

// step takes from raft what there is to do, or goes on with what waits for the disk.
func (n *Node) step(out *Output) error {
	rd := n.unsaved
	n.unsaved = nil
	if rd == nil {
		next := n.raft.Ready()
		rd = &next
		if rd.MustSync && raft.IsEmptySnap(rd.Snapshot) && beforeSync(rd, out) {
			n.unsaved = rd
			return n.apply(takeSaved(rd), out)
		}
	}
	return n.finish(rd, out)
}

// beforeSync moves from a step to the output what need not wait for the disk, and reports whether there is any of it, or something to
// apply. Entries are not the word of the leader that sends them: it counts itself among those who have them once they are saved,
// and its term and the vote for itself are.
func beforeSync(rd *raft.Ready, out *Output) bool {
	var later []*pb.Message
	for _, m := range rd.Messages {
		if m.GetType() == pb.MsgApp {
			out.Messages = append(out.Messages, m)
		} else {
			later = append(later, m)
		}
	}
	out.Reads, rd.Messages, rd.ReadStates = rd.ReadStates, later, nil
	return len(out.Messages) > 0 || len(out.Reads) > 0 || countSaved(rd) > 0
}

// takeSaved takes from a step the committed entries that were saved by earlier ones.
func takeSaved(rd *raft.Ready) []*pb.Entry {
	i := countSaved(rd)
	saved := rd.CommittedEntries[:i]
	rd.CommittedEntries = rd.CommittedEntries[i:]
	return saved
}

func countSaved(rd *raft.Ready) int {
	i := len(rd.CommittedEntries)
	for len(rd.Entries) > 0 && i > 0 && rd.CommittedEntries[i-1].GetIndex() >= rd.Entries[0].GetIndex() {
		i--
	}
	return i
}

// finish saves what is to be saved, and does all that is left of a step.
func (n *Node) finish(rd *raft.Ready, out *Output) error {
	if err := n.save(rd); err != nil {
		return err
	}
	for _, m := range rd.Messages {
		if m.GetType() == pb.MsgSnap {
			out.Snapshots = append(out.Snapshots, n.snapshot(m))
		} else {
			out.Messages = append(out.Messages, m)
		}
	}
	if err := n.apply(rd.CommittedEntries, out); err != nil {
		return err
	}
	out.Reads = append(out.Reads, rd.ReadStates...)
	n.raft.Advance(*rd)
	return n.cutLog()
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
