package workloads

import (
	"io"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Snapshotter is implemented by stores that have snapshots besides read-only transactions.
type Snapshotter interface {
	// NewSnapshot returns what is visible at the moment of the call.
	NewSnapshot() (Snapshot, error)
}

// Snapshot is a store at one instant. It may be a CursorMaker and a Streamer too; its cursors and streams may outlive it.
type Snapshot interface {
	Get(key []byte) (value []byte, found bool, err error)
	Close() error
}

// Streamer is implemented by stores and snapshots that can hand out a value piece by piece.
type Streamer interface {
	// OpenValue returns a reader of the value that key has at the moment of the call. Nothing that comes later changes what
	// it reads. If the reader is an io.Seeker, it can go back.
	OpenValue(key []byte) (r io.ReadCloser, found bool, err error)
}

// Syncer is implemented by stores that can be synced without a write.
type Syncer interface {
	// Sync returns when everything that was acknowledged before the call survives a power cut.
	Sync() error
}

// RangeBatcher is implemented by stores whose batches can delete ranges.
type RangeBatcher interface {
	// ApplyRange commits a batch. If the store is a Sequencer, it returns the place of the commit, otherwise 0.
	ApplyRange(b RangeBatch, d history.Durability) (seq uint64, err error)
}

// RangeBatch is a batch that deletes a range: later parts win over earlier ones.
type RangeBatch struct {
	Before   []history.Write
	From, To []byte // every key from From, inclusive, to To, exclusive, is deleted
	After    []history.Write
}

// Inspector is implemented by stores that can say what they consist of.
type Inspector interface {
	// Inspect asks for everything that can be asked for. It changes nothing.
	Inspect() error
}
