package workloads

import (
	"io"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Snapshotter is implemented by stores that offer snapshots besides read-only transactions.
type Snapshotter interface {
	// NewSnapshot returns a snapshot of what is visible at the moment of the call.
	NewSnapshot() (Snapshot, error)
}

// Snapshot is a store at one instant. It may also be a CursorMaker and a Streamer; its cursors and streams may outlive
// it.
type Snapshot interface {
	Get(key []byte) (value []byte, found bool, err error)
	Close() error
}

// Streamer is implemented by stores and snapshots that can return a value piece by piece.
type Streamer interface {
	// OpenValue returns a reader of the value that key has at the moment of the call; later writes do not show. The
	// reader may be an io.Seeker.
	OpenValue(key []byte) (r io.ReadCloser, found bool, err error)
}

// Syncer is implemented by stores that can be synced without a write.
type Syncer interface {
	// Sync returns once everything acknowledged before the call survives a power cut.
	Sync() error
}

// RangeBatcher is implemented by stores whose batches can delete ranges.
type RangeBatcher interface {
	// ApplyRange commits a batch. It returns the place of the commit if the store is a Sequencer, and 0 otherwise.
	ApplyRange(b RangeBatch, d history.Durability) (seq uint64, err error)
}

// RangeBatch is a batch with a range deletion. Later parts override earlier ones.
type RangeBatch struct {
	Before   []history.Write
	From, To []byte // every key in [From, To) is deleted
	After    []history.Write
}

// Inspector is implemented by stores that can report on their state.
type Inspector interface {
	// Inspect queries everything that can be queried. It changes nothing.
	Inspect() error
}
