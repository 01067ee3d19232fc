package serial

import "github.com/lightningdb/lightning-torture/workloads/history"

// Snapshot is a read-only transaction on a snapshot of the engine.
type Snapshot struct {
	Read    func(key []byte) (value []byte, found bool, err error)
	Release func() error
}

// Get returns the value that key had when the snapshot was taken.
func (s *Snapshot) Get(key []byte) ([]byte, bool, error) { return s.Read(key) }

// Put returns ErrReadOnly.
func (*Snapshot) Put(_, _ []byte) error { return ErrReadOnly }

// Delete returns ErrReadOnly.
func (*Snapshot) Delete([]byte) error { return ErrReadOnly }

// Commit releases the snapshot; there is nothing to commit.
func (s *Snapshot) Commit(history.Durability) error { return s.release() }

// Rollback releases the snapshot.
func (s *Snapshot) Rollback() { _ = s.release() } // Rollback cannot return an error

func (s *Snapshot) release() error {
	release := s.Release
	s.Release = func() error { return nil }
	return release()
}
