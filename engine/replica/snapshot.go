package replica

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// Snapshot is the pairs of a node at one moment, on their way to a node that is too far behind for the log. It is used by one
// goroutine, which need not be that of the node.
type Snapshot struct {
	Message *pb.Message // announces it
	from    *engine.Snapshot
	it      *engine.Iterator
	prefix  []byte
	number  uint64
	bytes   int // of a chunk, at least
	done    bool
}

// snapshot reads what the node has applied by now, which may be more than raft had asked for.
func (n *Node) snapshot(asked *pb.Message) *Snapshot {
	m := proto.CloneOf(asked)
	m.Snapshot = &pb.Snapshot{Metadata: n.metadata()}
	return &Snapshot{Message: m, from: n.db.NewSnapshot(), prefix: n.current.prefix(), bytes: n.config.SnapshotChunkBytes}
}

// metadata says what the pairs of the node are.
func (n *Node) metadata() *pb.SnapshotMetadata {
	return &pb.SnapshotMetadata{Index: new(n.applied.index), Term: new(n.applied.term), ConfState: proto.CloneOf(n.conf)}
}

// Next returns the next chunk, for Receiver.Add. After the last one the error is io.EOF.
//
// A chunk is its number, from 0 on, 1 if it is the last one, else 0, and pairs: the key without the prefix of its generation, and
// the value, each with its length before it. Numbers and lengths are uvarints.
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

// begin opens the iterator, and reports whether there is something to read.
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

// Close lets go of what was read.
func (s *Snapshot) Close() error {
	defer s.from.Close()
	if s.it == nil {
		return nil
	}
	return s.it.Close()
}

// SnapshotSent tells the node what became of a snapshot: whether all of it has arrived. Only then does raft send more to
// that node.
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

// ErrChunk is returned for a chunk of a snapshot that is not the next one, or that is none.
var ErrChunk = errors.New("replica: not the next chunk of the snapshot")

// Receiver stages a snapshot that comes in. It is used by one goroutine, which need not be that of the node.
type Receiver struct {
	message *pb.Message
	db      *engine.DB
	into    generation
	number  uint64
	whole   bool
}

// Receive begins to stage a snapshot that was announced by a message. Another one that was begun before is given up.
func (n *Node) Receive(m *pb.Message) (*Receiver, error) {
	if m.GetTo() != n.config.ID || m.GetType() != pb.MsgSnap || raft.IsEmptySnap(m.GetSnapshot()) {
		return nil, fmt.Errorf("%w: it is not announced by a message for node %d", ErrChunk, n.config.ID)
	}
	r := &Receiver{message: m, db: n.db}
	return r, n.do(func() error {
		n.latest++
		r.into = n.latest
		return nil
	})
}

// Add stages a chunk. The error is ErrChunk, or one of the store.
func (r *Receiver) Add(chunk []byte) error {
	d := decoder{rest: chunk}
	number, last := d.number(), d.number()
	if d.failed || r.whole || number != r.number || last > 1 {
		return fmt.Errorf("%w: number %d, where %d should be", ErrChunk, number, r.number)
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
		return fmt.Errorf("%w: its pairs cannot be read", ErrChunk)
	}
	r.number++
	r.whole = last == 1
	if b.Len() == 0 {
		return nil
	}
	return r.db.Apply(&b, engine.NoSync)
}

// Whole reports whether the last chunk has come.
func (r *Receiver) Whole() bool { return r.whole }

// StepSnapshot passes on a snapshot that is staged as a whole. Raft may still refuse it, if the node knows more by now.
func (n *Node) StepSnapshot(r *Receiver) error {
	if !r.whole || r.db != n.db {
		return fmt.Errorf("%w: it is not whole", ErrChunk)
	}
	return n.do(func() error {
		n.staged = r
		_ = n.raft.Step(r.message) // as in Step
		return nil
	})
}

// install adds to a batch what makes a staged snapshot the state of the node. Whatever the node had is gone with it.
func (n *Node) install(b *engine.Batch, s *pb.Snapshot) error {
	at := s.GetMetadata()
	if n.staged == nil || !proto.Equal(n.staged.message.GetSnapshot().GetMetadata(), at) {
		return fmt.Errorf("the snapshot at entry %d is not staged", at.GetIndex())
	}
	conf, err := proto.Marshal(at.GetConfState())
	if err != nil {
		return err
	}
	reached := position{at.GetIndex(), at.GetTerm()}
	b.Put(currentKey, position{index: uint64(n.staged.into)}.bytes())
	b.Put(confStateKey, conf)
	b.Put(appliedKey, reached.bytes())
	b.Put(cutKey, reached.bytes())
	b.DeleteRange(entryKey(0), []byte{entryPrefix + 1})
	b.DeleteRange([]byte{dataPrefix}, n.staged.into.prefix())
	return nil
}

// installed notes that the batch is durable.
func (n *Node) installed(s *pb.Snapshot) error {
	at := s.GetMetadata()
	n.current, n.applied, n.conf = n.staged.into, position{at.GetIndex(), at.GetTerm()}, at.GetConfState()
	n.staged = nil
	return n.log.ApplySnapshot(s)
}
