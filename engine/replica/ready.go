package replica

import (
	"errors"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Output is the result of one step of the protocol.
type Output struct {
	Messages  []*pb.Message    // to other nodes; whatever they acknowledge is durable (R1)
	Snapshots []*Snapshot      // to other nodes that are too far behind; the caller must close each
	Applied   []Applied        // commands applied, in log order
	Reads     []raft.ReadState // answers to ReadIndex
	Changed   []Membership     // changes of the membership applied, in log order
	Removed   bool             // this node is no longer a member; close it once the others have had time to learn of it (R8)
}

// HasReady reports whether there is work to do. The caller calls Ready until there is none.
func (n *Node) HasReady() bool { return n.stopped == nil && (n.unsaved != nil || n.raft.HasReady()) }

// Ready performs one step of the protocol: it saves what raft must keep, releases the messages that depend on it, and applies
// committed entries, in that order. A step that must sync is split over two calls. The first returns everything that need not
// wait for the sync: a leader sends entries to the others while it has yet to save them itself, and entries saved earlier
// are applied. The second call syncs and does the rest.
//
// If Ready returns an error, the node has stopped and the output is empty.
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

// step takes the next piece of work from raft, or finishes the step that waits for the disk.
func (n *Node) step(out *Output) error {
	rd := n.unsaved
	n.unsaved = nil
	if rd == nil {
		next := n.raft.Ready()
		rd = &next
		n.keepAccepted(rd.Snapshot)
		if rd.MustSync && raft.IsEmptySnap(rd.Snapshot) && beforeSync(rd, out) {
			n.unsaved = rd
			return n.apply(takeSaved(rd), out)
		}
	}
	return n.finish(rd, out)
}

// beforeSync moves from a step to the output what need not wait for the disk. It reports whether there is any of that, or
// anything that can be applied already.
//
// MsgApp may leave before the sync because sending entries does not acknowledge them: the leader counts itself toward their
// majority only once they are saved. The term in the message is safe, because the leader's term and its vote for itself were
// synced before it was elected.
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

// takeSaved takes from a step the committed entries that earlier steps have saved.
func takeSaved(rd *raft.Ready) []*pb.Entry {
	i := countSaved(rd)
	saved := rd.CommittedEntries[:i]
	rd.CommittedEntries = rd.CommittedEntries[i:]
	return saved
}

// countSaved returns how many committed entries of a step were saved by earlier steps. The rest are also among its Entries.
func countSaved(rd *raft.Ready) int {
	i := len(rd.CommittedEntries)
	for len(rd.Entries) > 0 && i > 0 && rd.CommittedEntries[i-1].GetIndex() >= rd.Entries[0].GetIndex() {
		i--
	}
	return i
}

// finish saves the state of a step and then does everything that had to wait for it. The order is promise R1: no message
// leaves before the state that it acknowledges is durable.
func (n *Node) finish(rd *raft.Ready, out *Output) error {
	if err := n.save(rd); err != nil {
		return err
	}
	for _, m := range rd.Messages {
		if m.GetType() == pb.MsgSnap {
			out.Snapshots = append(out.Snapshots, n.snapshot(m))
		} else {
			n.tellCommit(m)
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

// save writes everything that the messages of a step rely on, in one batch: a crash must not separate a vote from its term or
// a snapshot from the log that it replaces. Raft's copies in memory change only once the batch is committed.
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

// append adds entries to a batch. They replace every entry of the log from their first index on, including those after their
// last: the leader of a later term has overruled them, and a leftover suffix would come back as part of the log after a restart.
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

// cutLog drops entries that were applied long ago, once the log holds twice as many as it keeps. Its batch is committed after
// the one that applied them. A crash loses only a suffix of the commits, so the cut never survives without their effects (R4).
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
