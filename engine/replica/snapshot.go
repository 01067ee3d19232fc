package replica

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Snapshot reads the pairs of a node as of one applied index, to send them to a node that is too far behind for the log. It
// must be used by one goroutine at a time, which need not be the node's.
type Snapshot struct {
	Message *pb.Message // announces the snapshot to the receiver
	from    *engine.Snapshot
	it      *engine.Iterator
	prefix  []byte
	number  uint64 // of the next chunk
	bytes   int    // minimum size of a chunk
	done    bool
}

// snapshot returns a snapshot as of the node's applied index, which may be higher than the one that raft asked for.
func (n *Node) snapshot(asked *pb.Message) *Snapshot {
	m := proto.CloneOf(asked)
	m.Snapshot = &pb.Snapshot{Metadata: n.metadata()}
	return &Snapshot{Message: m, from: n.db.NewSnapshot(), prefix: n.current.prefix(), bytes: n.config.SnapshotChunkBytes}
}

// metadata describes the pairs of the node: the index and term of the last applied entry, and the members as of it.
func (n *Node) metadata() *pb.SnapshotMetadata {
	return &pb.SnapshotMetadata{Index: new(n.applied.index), Term: new(n.applied.term), ConfState: proto.CloneOf(n.conf)}
}

// Next returns the next chunk, for Receiver.Add, or io.EOF after the last one. Any other error is one of the store; the caller
// reports it to Node.StoreFailed.
//
// A chunk consists of its number, counted from 0, a flag, which is 1 in the last chunk and 0 in all others, and pairs. A pair is
// the key, without the prefix of its generation, and the value, each preceded by its length. All numbers are uvarints.
func (s *Snapshot) Next() ([]byte, error) {
	if s.done {
		return nil, io.EOF
	}
	more, err := s.begin()
	if err != nil {
		return nil, err
	}
	var pairs []byte
	for ; more && len(pairs) < s.bytes; more = s.it.Next() {
		pairs = appendBytes(pairs, s.it.Key()[len(s.prefix):])
		pairs = appendBytes(pairs, s.it.Value())
	}
	if err := s.it.Error(); err != nil {
		return nil, err
	}
	last := uint64(0)
	if !more {
		last, s.done = 1, true
	}
	head := binary.AppendUvarint(binary.AppendUvarint(nil, s.number), last)
	s.number++
	return append(head, pairs...), nil
}

// begin opens the iterator on the first call. It reports whether there are pairs left to read.
func (s *Snapshot) begin() (more bool, err error) {
	if s.it != nil {
		return s.it.Valid(), nil
	}
	if s.it, err = s.from.NewIterator(engine.IterOptions{Prefix: s.prefix}); err != nil {
		return false, err
	}
	return s.it.First(), nil
}

func appendBytes(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// Close releases the snapshot.
func (s *Snapshot) Close() error {
	defer s.from.Close()
	if s.it == nil {
		return nil
	}
	return s.it.Close()
}

// SnapshotSent tells the node that the transfer of a snapshot has ended, and whether all of it has arrived. Until then raft
// sends no entries to the receiver.
func (n *Node) SnapshotSent(to uint64, arrived bool) error {
	return n.do(func() error {
		status := raft.SnapshotFinish
		if !arrived {
			status = raft.SnapshotFailure
		}
		n.raft.ReportSnapshot(to, status)
		return nil
	})
}

// ErrChunk is returned for a snapshot chunk that is malformed or out of order, or if a snapshot is used before it is complete.
var ErrChunk = errors.New("replica: not the next chunk of the snapshot")

// Receiver stages an incoming snapshot. It must be used by one goroutine at a time, which need not be the node's.
type Receiver struct {
	message *pb.Message
	db      *engine.DB
	into    generation // takes the pairs
	number  uint64     // of the next chunk
	whole   bool
}

// Receive starts to stage the snapshot that m announces. Its pairs go to a generation of their own, so that nothing of it is
// visible until it is installed.
func (n *Node) Receive(m *pb.Message) (*Receiver, error) {
	if m.GetTo() != n.config.ID || m.GetType() != pb.MsgSnap || raft.IsEmptySnap(m.GetSnapshot()) {
		return nil, fmt.Errorf("%w: the announcement is not a snapshot message to node %d", ErrChunk, n.config.ID)
	}
	r := &Receiver{message: m, db: n.db}
	return r, n.do(func() error {
		n.latest++
		r.into = n.latest
		return nil
	})
}

// Add stages the next chunk. The error is ErrChunk or an error of the store, which the caller reports to Node.StoreFailed.
// Nothing is synced here, because installing the snapshot syncs everything committed before it.
func (r *Receiver) Add(chunk []byte) error {
	d := decoder{rest: chunk}
	number, last := d.number(), d.number()
	if d.failed || r.whole || number != r.number || last > 1 {
		return fmt.Errorf("%w: chunk %d, want %d", ErrChunk, number, r.number)
	}
	var b engine.Batch
	for !d.failed && len(d.rest) > 0 {
		key := d.bytes(d.number())
		value := d.bytes(d.number())
		if len(key) == 0 || key[0] != pairSpace && key[0] != clientSpace {
			d.failed = true
		}
		if !d.failed {
			b.Put(append(r.into.prefix(), key...), value)
		}
	}
	if d.failed {
		return fmt.Errorf("%w: chunk %d: malformed pairs", ErrChunk, number)
	}
	r.number++
	r.whole = last == 1
	if b.Len() == 0 {
		return nil
	}
	return r.db.Apply(&b, engine.NoSync)
}

// Whole reports whether the last chunk has arrived.
func (r *Receiver) Whole() bool { return r.whole }

// StepSnapshot passes a completely staged snapshot to raft, which ignores it if the node has caught up otherwise meanwhile.
// The error is ErrChunk if the snapshot is not complete, or ErrStopped. A snapshot whose transfer began before that of the
// installed one counts as incomplete, because installing a snapshot removes what was staged earlier.
func (n *Node) StepSnapshot(r *Receiver) error {
	if !r.whole || r.db != n.db || r.into < n.current {
		return fmt.Errorf("%w: the snapshot is incomplete", ErrChunk)
	}
	return n.do(func() error {
		n.staged = append(n.staged, r)
		_ = n.raft.Step(r.message) // as in Step
		return nil
	})
}

// keepAccepted keeps the staged snapshot that raft has accepted, and forgets the others.
func (n *Node) keepAccepted(s *pb.Snapshot) {
	n.staged = slices.DeleteFunc(n.staged, func(r *Receiver) bool {
		return raft.IsEmptySnap(s) || !proto.Equal(r.message.GetSnapshot().GetMetadata(), s.GetMetadata())
	})
}

// install adds to a batch everything that makes a staged snapshot the state of the node. The same batch removes the old pairs
// and the whole log, so a crash leaves either the old state or the new one (R5).
func (n *Node) install(b *engine.Batch, s *pb.Snapshot) error {
	at := s.GetMetadata()
	if len(n.staged) == 0 {
		return fmt.Errorf("snapshot at entry %d: not staged", at.GetIndex())
	}
	into := n.staged[0].into
	conf, err := proto.Marshal(at.GetConfState())
	if err != nil {
		return err
	}
	reached := position{at.GetIndex(), at.GetTerm()}
	b.Put(currentKey, position{index: uint64(into)}.bytes())
	b.Put(confStateKey, conf)
	b.Put(appliedKey, reached.bytes())
	b.Put(cutKey, reached.bytes())
	b.DeleteRange(entryKey(0), []byte{entryPrefix + 1})
	b.DeleteRange([]byte{dataPrefix}, into.prefix())
	return nil
}

// installed updates the state in memory once the batch of install is durable.
func (n *Node) installed(s *pb.Snapshot) error {
	at := s.GetMetadata()
	n.current, n.applied, n.conf = n.staged[0].into, position{at.GetIndex(), at.GetTerm()}, at.GetConfState()
	n.staged = nil
	return n.log.ApplySnapshot(s)
}
