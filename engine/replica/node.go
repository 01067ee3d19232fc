package replica

import (
	"errors"
	"fmt"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"github.com/lightningdb/lightning-torture/engine"
)

var (
	// ErrStopped is wrapped by what every call returns once the store of a node has failed, or once the node was closed.
	ErrStopped = errors.New("replica: the node has stopped")
	// ErrStranger is returned by Open for a store of another node or group. Nothing was changed.
	ErrStranger = errors.New("replica: the store belongs to another node")
	// ErrDamaged is returned by Open for a store in which something of the node is missing or unreadable.
	ErrDamaged = errors.New("replica: the store of the node is damaged")
	// ErrNoLeader is returned by Propose, ProposeMembers and ReadIndex while this node knows no leader. Try again later.
	ErrNoLeader = errors.New("replica: no leader is known")
	// ErrBusy is returned by Propose if too much is proposed that is not committed. Nothing was proposed; try again later.
	ErrBusy = errors.New("replica: too much is under way")
	// ErrTooLarge is returned for a command over CommandBytesMax, or a key over KeyBytesMax.
	ErrTooLarge = errors.New("replica: too large")
	// ErrCommand is returned for bytes that are no command.
	ErrCommand = errors.New("replica: not a command")
)

// Node is a member of a group.
type Node struct {
	config  Config
	db      *engine.DB
	log     *storage
	raft    *raft.RawNode
	applied position
	conf    *pb.ConfState
	current generation  // of the pairs
	latest  generation  // the last one that was given to anybody
	unsaved *raft.Ready // a step of which all is done that need not wait for the disk; nil if there is none
	staged  *Receiver   // the snapshot that raft was told of, until it takes it or not
	stopped error
}

// storage is what raft reads of the log. It has no snapshot of its own: the pairs are one, up to what is applied.
type storage struct {
	*raft.MemoryStorage
	node *Node
}

// Snapshot says how far a snapshot would reach. Its content is read when it is sent.
func (s *storage) Snapshot() (*pb.Snapshot, error) {
	if s.node.applied.index == 0 {
		return nil, raft.ErrSnapshotTemporarilyUnavailable
	}
	return &pb.Snapshot{Metadata: s.node.metadata()}, nil
}

// Open opens the node in Config.Dir, or begins it. The error is ErrStranger, ErrDamaged or one of engine.Open.
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
	n.raft, err = raft.NewRawNode(n.config.raftConfig(&confStorage{storage: n.log, conf: s.conf}, s.applied.index))
	return err
}

// confStorage is the storage that raft begins with: the members are those after the last entry that was applied.
type confStorage struct {
	*storage
	conf *pb.ConfState
}

// InitialState returns the saved state.
func (s *confStorage) InitialState() (*pb.HardState, *pb.ConfState, error) {
	hard, _, err := s.storage.InitialState()
	return hard, s.conf, err
}

// recovered makes a panic an error. Raft panics where it meets what cannot be: what was promised is not there.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("raft: %v", p)
	}
}

// do makes a call of raft, unless the node has stopped. A panic stops it.
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

// stop is called with the first error of the store. Nothing is sent any more.
func (n *Node) stop(reason error) error {
	n.stopped = fmt.Errorf("%w: %w", ErrStopped, reason)
	return n.stopped
}

// Tick tells the node that time has passed.
func (n *Node) Tick() error {
	return n.do(func() error {
		n.raft.Tick()
		return nil
	})
}

// Step passes on a message of another node. One that cannot be used is dropped without an error, as if the network had lost it.
func (n *Node) Step(m *pb.Message) error {
	return n.do(func() error {
		if m.GetTo() == n.config.ID && m.GetType() != pb.MsgSnap { // a snapshot comes through a Receiver
			_ = n.raft.Step(m) // what raft refuses is of no use: a stranger, an earlier term
		}
		return nil
	})
}

// Propose asks for a command, made by Command.Encode, to be put into the log. It may be lost on its way without an error:
// only what Ready returns as applied has happened. The error is ErrNoLeader, ErrBusy, ErrCommand, ErrTooLarge or ErrStopped.
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

// ReadIndex asks for the index up to which a node must have applied the log so that a read is linearizable. Ready returns it
// with the same context, or never, if the question or its answer is lost.
func (n *Node) ReadIndex(context []byte) error {
	return n.do(func() error {
		if n.raft.BasicStatus().Lead == raft.None {
			return ErrNoLeader
		}
		n.raft.ReadIndex(context)
		return nil
	})
}

// TransferLeader asks the leader, if this node is it, to make another node the leader.
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

// Get returns the value of a key on this node, up to what it has applied; ok says whether there is one. A value is not
// linearizable unless ReadIndex has been asked.
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

// Status is what a node knows of itself and its group.
type Status struct {
	ID, Term         uint64
	Vote, Leader     uint64 // for whom it has voted in this term, and who leads it; 0: nobody yet
	IsLeader         bool
	Commit, Applied  uint64 // indexes
	First, Last      uint64 // indexes of the log's entries; Last is First-1 if there are none
	Voters, Learners []uint64
	Outgoing         []uint64 // the voters of before, while the membership is changing: both majorities decide
	Joint            bool     // the membership is changing
}

// Status returns what the node knows.
func (n *Node) Status() Status {
	s := n.raft.BasicStatus()
	first, _ := n.log.FirstIndex() // a log in memory has no errors
	last, _ := n.log.LastIndex()
	return Status{
		ID: n.config.ID, Term: s.HardState.GetTerm(), Vote: s.HardState.GetVote(), Leader: s.Lead, IsLeader: s.RaftState == raft.StateLeader,
		Commit: s.HardState.GetCommit(), Applied: n.applied.index, First: first, Last: last,
		Voters: n.conf.GetVoters(), Learners: n.conf.GetLearners(), Outgoing: n.conf.GetVotersOutgoing(), Joint: len(n.conf.GetVotersOutgoing()) > 0,
	}
}

// Term returns the term of an entry of the log, or of the last one before it; 0 for any other.
func (n *Node) Term(index uint64) uint64 {
	term, err := n.log.Term(index)
	if err != nil {
		return 0 // it is not in the log
	}
	return term
}

// Entry returns an entry of the log, not to be changed; nil if it is not there.
func (n *Node) Entry(index uint64) *pb.Entry {
	entries, err := n.log.Entries(index, index+1, 1<<30)
	if err != nil || len(entries) == 0 {
		return nil
	}
	return entries[0]
}

// Close closes the store. Everything that was acknowledged is there when it is opened again.
func (n *Node) Close() error {
	if n.stopped == nil {
		_ = n.stop(errors.New("it was closed"))
	}
	return n.db.Close()
}

// Store returns the store of the node, for copies and figures. Unlike the node it may be used by any goroutine; nobody else may write
// to it.
func (n *Node) Store() *engine.DB { return n.db }
