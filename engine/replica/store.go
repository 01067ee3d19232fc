package replica

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/lightningdb/lightning-torture/engine"
)

// The keys of the store. Numbers are big-endian, so that entries and generations sort numerically.
//
//	i                    identity: the ID of the node and the name of its group
//	h                    raft's HardState: term, vote and commit index
//	t                    index and term of the last entry that was cut from the log
//	c                    raft's ConfState: the members as of the last applied entry
//	a                    index and term of the last applied entry
//	g                    the current generation of the pairs
//	e INDEX              a log entry
//	d GENERATION k KEY   a pair
//	d GENERATION s ID    the session of a client
var (
	identityKey  = []byte("i")
	hardStateKey = []byte("h")
	cutKey       = []byte("t")
	confStateKey = []byte("c")
	appliedKey   = []byte("a")
	currentKey   = []byte("g")
)

const (
	entryPrefix = 'e'
	dataPrefix  = 'd'
	pairSpace   = 'k'
	clientSpace = 's'
)

func entryKey(index uint64) []byte { return binary.BigEndian.AppendUint64([]byte{entryPrefix}, index) }

// generation numbers a set of pairs. One generation is current; others hold snapshots that are still being received.
type generation uint64

func (g generation) prefix() []byte {
	return binary.BigEndian.AppendUint64([]byte{dataPrefix}, uint64(g))
}

func (g generation) pair(key []byte) []byte { return append(append(g.prefix(), pairSpace), key...) }

func (g generation) client(id ClientID) []byte {
	return append(append(g.prefix(), clientSpace), id[:]...)
}

// prefixBytes is the length of a generation's prefix.
const prefixBytes = 1 + 8

// position is a place in the log.
type position struct{ index, term uint64 }

func (p position) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, p.index), p.term)
}

// saved is the state that load finds in a store.
type saved struct {
	hard         *pb.HardState
	conf         *pb.ConfState
	cut, applied position
	current      generation
}

// identity returns the value of identityKey.
func (c *Config) identity() []byte {
	return append(binary.BigEndian.AppendUint64(nil, c.ID), c.Group...)
}

// load reads the state of a node from its store. It initializes an empty store from the configuration, and refuses the store of
// another node with ErrStranger.
func load(db *engine.DB, c *Config) (*saved, *raft.MemoryStorage, error) {
	switch id, err := db.Get(identityKey); {
	case errors.Is(err, engine.ErrNotFound):
		if err := begin(db, c); err != nil {
			return nil, nil, err
		}
	case err != nil:
		return nil, nil, err
	case string(id) != string(c.identity()):
		return nil, nil, fmt.Errorf("%w: it holds %s, not %s", ErrStranger, nameOf(id), nameOf(c.identity()))
	}
	s := &saved{hard: &pb.HardState{}, conf: &pb.ConfState{}}
	r := reader{db: db}
	r.message(hardStateKey, s.hard)
	r.message(confStateKey, s.conf)
	s.cut, s.applied = r.position(cutKey), r.position(appliedKey)
	s.current = generation(r.position(currentKey).index)
	if r.err != nil {
		return nil, nil, r.err
	}
	if s.applied.index > s.hard.GetCommit() { // applied entries are committed, even if the commit index was not saved yet
		s.hard.Commit = new(s.applied.index)
	}
	log := raft.NewMemoryStorage()
	if s.cut.index > 0 {
		at := &pb.SnapshotMetadata{Index: new(s.cut.index), Term: new(s.cut.term), ConfState: s.conf}
		if err := log.ApplySnapshot(&pb.Snapshot{Metadata: at}); err != nil {
			return nil, nil, err
		}
	}
	if err := loadEntries(db, log, s.cut.index+1); err != nil {
		return nil, nil, err
	}
	return s, log, log.SetHardState(s.hard)
}

// begin initializes an empty store. The founding members of a new group count as set by entry 1 of term 1, which every founder
// considers applied and cut from its log, so that all of them start from the same state.
func begin(db *engine.DB, c *Config) error {
	var b engine.Batch
	b.Put(identityKey, c.identity())
	start := position{}
	if len(c.Members) > 0 {
		start = position{index: 1, term: 1}
		conf, err := proto.Marshal(&pb.ConfState{Voters: c.Members})
		if err != nil {
			return err
		}
		hard, err := proto.Marshal(&pb.HardState{Term: new(uint64(1)), Commit: new(uint64(1))})
		if err != nil {
			return err
		}
		b.Put(confStateKey, conf)
		b.Put(hardStateKey, hard)
	}
	b.Put(cutKey, start.bytes())
	b.Put(appliedKey, start.bytes())
	b.Put(currentKey, position{index: 1}.bytes())
	return db.Apply(&b, engine.Sync)
}

// nameOf formats an identity for an error message.
func nameOf(identity []byte) string {
	if len(identity) < 8 {
		return "an unreadable identity"
	}
	return fmt.Sprintf("node %d of group %q", binary.BigEndian.Uint64(identity), identity[8:])
}

// loadEntries reads the log into memory. A gap, or an entry before first, is ErrDamaged.
func loadEntries(db *engine.DB, log *raft.MemoryStorage, first uint64) error {
	it, err := db.NewIterator(engine.IterOptions{Prefix: []byte{entryPrefix}})
	if err != nil {
		return err
	}
	next := first
	var entries []*pb.Entry
	for more := it.First(); more; more = it.Next() {
		e := &pb.Entry{}
		if err := proto.Unmarshal(it.Value(), e); err != nil {
			return errors.Join(fmt.Errorf("%w: entry %d: %w", ErrDamaged, next, err), it.Close())
		}
		if string(it.Key()) != string(entryKey(next)) || e.GetIndex() != next {
			return errors.Join(fmt.Errorf("%w: log entry %d, want %d", ErrDamaged, e.GetIndex(), next), it.Close())
		}
		entries, next = append(entries, e), next+1
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return err
	}
	return log.Append(entries)
}

// reader reads single keys and keeps the first error.
type reader struct {
	db  *engine.DB
	err error
}

// get returns the value of a key, or nil if it does not exist.
func (r *reader) get(key []byte) []byte {
	if r.err != nil {
		return nil
	}
	v, err := r.db.Get(key)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		r.err = err
	}
	return v
}

func (r *reader) message(key []byte, into proto.Message) {
	if err := proto.Unmarshal(r.get(key), into); err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: %q: %w", ErrDamaged, key, err)
	}
}

// position reads a log position. Every store has all of them, so a missing one is ErrDamaged.
func (r *reader) position(key []byte) position {
	v := r.get(key)
	if r.err == nil && len(v) != 16 {
		r.err = fmt.Errorf("%w: %q has %d bytes, want 16", ErrDamaged, key, len(v))
	}
	if r.err != nil {
		return position{}
	}
	return position{binary.BigEndian.Uint64(v), binary.BigEndian.Uint64(v[8:])}
}

// dropOthers removes every generation except the current one: snapshots that a crash interrupted before they were complete. It
// looks at the first and last key only, because the generations are contiguous key ranges.
func dropOthers(db *engine.DB, keep generation) error {
	it, err := db.NewIterator(engine.IterOptions{Prefix: []byte{dataPrefix}})
	if err != nil {
		return err
	}
	var last []byte
	others := it.First() && string(it.Key()[:prefixBytes]) != string(keep.prefix())
	if it.Last() {
		last = it.Key()[:prefixBytes]
	}
	others = others || last != nil && string(last) != string(keep.prefix())
	if err := errors.Join(it.Error(), it.Close()); err != nil || !others {
		return err
	}
	var b engine.Batch
	b.DeleteRange([]byte{dataPrefix}, keep.prefix())
	b.DeleteRange((keep + 1).prefix(), []byte{dataPrefix + 1})
	return db.Apply(&b, engine.NoSync)
}
