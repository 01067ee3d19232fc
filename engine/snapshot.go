package engine

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/view"
)

// Snapshot is the state of the store at one instant. It is safe for concurrent use. While it is open, compactions keep
// every version that it sees.
type Snapshot struct {
	db     *DB
	seq    key.Seq
	closed atomic.Bool
}

// NewSnapshot returns a snapshot of everything visible now. The caller must close it. Reads of a snapshot of a closed store
// return ErrClosed.
func (db *DB) NewSnapshot() *Snapshot {
	db.mu.Lock()
	defer db.mu.Unlock()
	// A compaction lists the snapshots under mu too, so it drops nothing that this one could see.
	s := &Snapshot{db: db, seq: db.seq.Readable()}
	db.mu.snapshots[s.seq]++
	return s
}

// Get returns the value of key in the snapshot, or ErrNotFound.
func (s *Snapshot) Get(key []byte) ([]byte, error) {
	v, err := s.acquire()
	if err != nil {
		return nil, err
	}
	value, err := appendGet(v, nil, key, s.seq)
	return value, also(err, s.db.release(v))
}

// NewIterator returns an iterator over the snapshot. The iterator may outlive the snapshot.
func (s *Snapshot) NewIterator(o IterOptions) (*Iterator, error) {
	v, err := s.acquire()
	if err != nil {
		return nil, err
	}
	return newIterator(s.db, v, s.seq, o, nil), nil
}

func (s *Snapshot) acquire() (*view.View, error) {
	v, err := s.db.acquire()
	if err != nil {
		return nil, err
	}
	if s.closed.Load() {
		return nil, errors.Join(ErrClosed, s.db.release(v))
	}
	return v, nil
}

// Close releases the snapshot, so that compactions may drop what only it sees. Closing twice is allowed.
func (s *Snapshot) Close() {
	if s.closed.Swap(true) {
		return
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	if s.db.mu.snapshots[s.seq]--; s.db.mu.snapshots[s.seq] == 0 {
		delete(s.db.mu.snapshots, s.seq)
	}
}

// snapshotSeqs returns the sequence numbers of the open snapshots, ascending.
func (db *DB) snapshotSeqs() []key.Seq {
	db.mu.Lock()
	defer db.mu.Unlock()
	seqs := make([]key.Seq, 0, len(db.mu.snapshots))
	for seq := range db.mu.snapshots {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	return seqs
}
