package replica

import (
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
)

var (
	// ErrStopped is wrapped by the error of every call once the store of the node has failed or the node was closed. The
	// error also wraps the reason.
	ErrStopped = errors.New("replica: the node has stopped")
	// ErrStranger is returned by Open for a store of another node or group. The store was not changed.
	ErrStranger = errors.New("replica: the store belongs to another node")
	// ErrDamaged is returned by Open for a store in which part of the node's state is missing or unreadable.
	ErrDamaged = errors.New("replica: the store of the node is damaged")
	// ErrNoLeader is returned by Propose, ProposeMembers and ReadIndex while this node knows no leader. Try again later.
	ErrNoLeader = errors.New("replica: no leader is known")
	// ErrBusy is returned by Propose if raft dropped the command, usually because too many entries are proposed but not
	// committed. Try again later.
	ErrBusy = errors.New("replica: the proposal was dropped, try again later")
	// ErrTooLarge is returned for a command larger than CommandBytesMax, or with a key larger than KeyBytesMax.
	ErrTooLarge = errors.New("replica: too large")
	// ErrCommand is returned for a malformed command.
	ErrCommand = errors.New("replica: malformed command")
)

// Node is a member of a group. Except for Store, it must be used by one goroutine at a time.
type Node struct {
	config  Config
	db      *engine.DB
	log     *storage
	raft    *raft.RawNode
	applied position
	conf    *pb.ConfState
	current generation  // of the node's pairs
	latest  generation  // the highest one assigned so far
	unsaved *raft.Ready // the rest of a step that has to wait for the disk; nil if there is none
	staged  []*Receiver // snapshots passed to raft since its last Ready; it accepts at most one
	stopped error       // why the node has stopped; nil while it runs
}

// storage is raft's view of the log. It stores no snapshots: the pairs themselves are one, as of the applied index.
type storage struct {
	*raft.MemoryStorage
	node *Node
}

// Snapshot returns the metadata of a snapshot taken now. The pairs are read when the snapshot is sent.
func (s *storage) Snapshot() (*pb.Snapshot, error) {
	if s.node.applied.index == 0 {
		return nil, raft.ErrSnapshotTemporarilyUnavailable
	}
	return &pb.Snapshot{Metadata: s.node.metadata()}, nil
}

// Open opens the node in Config.Dir, creating it if it does not exist. The error is ErrStranger, ErrDamaged, an invalid
// Config, or an error of engine.Open.
func Open(config Config) (*Node, error) {
	config.ensureDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	db, err := engine.Open(config.Dir, config.Engine)
	if err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	n := &Node{config: config, db: db}
	if err := n.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("replica: open %s: %w", config.Dir, err), db.Close())
	}
	return n, nil
}

func (n *Node) start() (err error) {
	defer recovered(&err)
	s, log, err := load(n.db, &n.config)
	if err != nil {
		return err
	}
	if err := dropOthers(n.db, s.current); err != nil {
		return err
	}
	n.log = &storage{MemoryStorage: log, node: n}
	n.applied, n.conf, n.current, n.latest = s.applied, s.conf, s.current, s.current
	return n.startRaft()
}

// startRaft starts raft from what is saved. It may do so again at any time: what raft knew beyond that is lost, as in a crash.
func (n *Node) startRaft() (err error) {
	n.unsaved, n.staged = nil, nil
	n.raft, err = raft.NewRawNode(n.config.raftConfig(&confStorage{storage: n.log, conf: n.conf}, n.applied.index))
	return err
}

// confStorage is the storage that raft starts from. It adds the members as of the last applied entry.
type confStorage struct {
	*storage
	conf *pb.ConfState
}

// InitialState returns the saved hard state and members.
func (s *confStorage) InitialState() (*pb.HardState, *pb.ConfState, error) {
	hard, _, err := s.storage.InitialState()
	return hard, s.conf, err
}

// recovered turns a panic into an error. Raft panics when its state is inconsistent, for instance if the log lacks a committed
// entry.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("raft: %v", p)
	}
}

// do runs call unless the node has stopped. If call panics, the node stops.
func (n *Node) do(call func() error) (err error) {
	if n.stopped != nil {
		return n.stopped
	}
	defer func() {
		if p := recover(); p != nil {
			err = n.stop(fmt.Errorf("raft: %v", p))
		}
	}()
	return call()
}

// stop stops the node for the given reason. From now on it sends nothing.
func (n *Node) stop(reason error) error {
	n.stopped = fmt.Errorf("%w: %w", ErrStopped, reason)
	return n.stopped
}

// StoreFailed stops the node because its store failed while a snapshot was read or staged, which happens outside the node's
// own calls. A node that went on could neither send nor receive a snapshot, and the group might never catch up.
func (n *Node) StoreFailed(reason error) error {
	return n.do(func() error { return n.stop(reason) })
}

// Tick tells the node that one unit of time has passed; Config gives its timeouts in ticks.
func (n *Node) Tick() error {
	return n.do(func() error {
		n.raft.Tick()
		return n.endMemberChange()
	})
}

// Step passes a message of another node to this one. A message that is of no use is dropped without an error, as if the
// network had lost it. Snapshots arrive through Receive instead.
func (n *Node) Step(m *pb.Message) error {
	return n.do(func() error {
		if m.GetTo() != n.config.ID || m.GetType() == pb.MsgSnap { // a snapshot comes through a Receiver
			return nil
		}
		_ = n.raft.Step(m) // an error means that raft drops the message, for instance from a node that it does not know
		return n.learnCommit(m)
	})
}

// Propose proposes a command, encoded by Command.Encode, for the log. A command may be lost without an error: it has happened
// only once Ready reports it as applied. The error is ErrNoLeader, ErrBusy, ErrCommand, ErrTooLarge or ErrStopped.
func (n *Node) Propose(command []byte) error {
	if _, err := decodeCommand(command); err != nil {
		return err
	}
	return n.do(func() error {
		if n.raft.BasicStatus().Lead == raft.None {
			return ErrNoLeader
		}
		err := n.raft.Propose(command)
		if errors.Is(err, raft.ErrProposalDropped) {
			return ErrBusy
		}
		return err
	})
}

// ReadIndex asks for the index up to which a node must have applied the log before a read from it is linearizable. Ready
// returns the index with the same context, which must be unique, or never if a message is lost. The error is ErrNoLeader or
// ErrStopped.
func (n *Node) ReadIndex(context []byte) error {
	return n.do(func() error {
		if n.raft.BasicStatus().Lead == raft.None {
			return ErrNoLeader
		}
		n.raft.ReadIndex(context)
		return nil
	})
}

// TransferLeader asks the leader to hand over to another node. The request may be lost without an error.
func (n *Node) TransferLeader(to uint64) error {
	return n.do(func() error {
		n.raft.TransferLeader(to)
		return nil
	})
}

// Unreachable tells the node that a message to another node could not be sent.
func (n *Node) Unreachable(id uint64) error {
	return n.do(func() error {
		n.raft.ReportUnreachable(id)
		return nil
	})
}

// Get returns the value of a key as of the entries that this node has applied; ok is false if the key does not exist. A read
// is linearizable only if the node has applied the index that a ReadIndex for it returned. If the store fails, the node stops.
func (n *Node) Get(key []byte) (value []byte, ok bool, err error) {
	if n.stopped != nil {
		return nil, false, n.stopped
	}
	value, err = n.db.Get(n.current.pair(key))
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, n.stop(err)
	}
	return value, true, nil
}

// Status is what a node knows about itself and its group.
type Status struct {
	ID, Term         uint64
	Vote, Leader     uint64 // the node that it voted for in this term, and the term's leader; 0 if there is none yet
	IsLeader         bool
	Commit, Applied  uint64 // log indexes
	First, Last      uint64 // indexes of the first and last log entry; Last is First-1 if the log is empty
	Voters, Learners []uint64
	Outgoing         []uint64 // the old voters, while the membership is changing: a decision needs both majorities
	Joint            bool     // the membership is changing
}

// Votes reports whether the node has a vote.
func (s *Status) Votes() bool { return slices.Contains(s.Voters, s.ID) }

// Status returns a snapshot of the node's state, also after it has stopped. The slices must not be changed.
func (n *Node) Status() Status {
	s := n.raft.BasicStatus()
	first, _ := n.log.FirstIndex() // never fails: the log is in memory
	last, _ := n.log.LastIndex()
	return Status{
		ID: n.config.ID, Term: s.HardState.GetTerm(), Vote: s.HardState.GetVote(), Leader: s.Lead, IsLeader: s.RaftState == raft.StateLeader,
		Commit: s.HardState.GetCommit(), Applied: n.applied.index, First: first, Last: last,
		Voters: n.conf.GetVoters(), Learners: n.conf.GetLearners(), Outgoing: n.conf.GetVotersOutgoing(), Joint: len(n.conf.GetVotersOutgoing()) > 0,
	}
}

// Term returns the term of a log entry, or of the last entry that was cut from the log; for any other index it returns 0.
func (n *Node) Term(index uint64) uint64 {
	term, err := n.log.Term(index)
	if err != nil {
		return 0
	}
	return term
}

// Entry returns an entry of the log, which must not be changed, or nil if it is not in the log.
func (n *Node) Entry(index uint64) *pb.Entry {
	entries, err := n.log.Entries(index, index+1, 1<<30)
	if err != nil || len(entries) == 0 {
		return nil
	}
	return entries[0]
}

// Close stops the node and closes its store. Everything acknowledged is durable.
func (n *Node) Close() error {
	if n.stopped == nil {
		_ = n.stop(errors.New("it was closed"))
	}
	return n.db.Close()
}

// Store returns the store of the node, for checkpoints and metrics. Unlike the node, it is safe for concurrent use, but
// callers must not write to it.
func (n *Node) Store() *engine.DB { return n.db }
