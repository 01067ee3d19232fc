package workloads

import (
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Errors that a Store must let a driver recognize with errors.Is; every other error of a commit leaves its effect open.
var (
	// ErrConflict is returned by Txn.Commit when another transaction won; nothing of this one was applied. The lab accepts it only
	// if an operation of another client overlapped the transaction.
	ErrConflict = errors.New("workloads: transaction conflict")
	// ErrRefused is returned when the store turned the operation away before it could have any effect, for example
	// because an earlier failed write has poisoned it.
	ErrRefused = errors.New("workloads: store refused the operation")
	// ErrTooLarge is returned for a key, a value or a batch beyond a limit of the store, which may also be that keys have a byte. Nothing of it was applied. The limit stays
	// the same while the store is open: what is larger in no respect than a commit that was accepted must be accepted, too.
	ErrTooLarge = errors.New("workloads: too large for the store")
	// ErrCorrupt is returned when the store found damaged data and says so instead of returning a wrong value.
	ErrCorrupt = errors.New("workloads: store found corruption")
)

// Isolation is the level a transaction asks for.
type Isolation uint8

// The isolation levels.
const (
	ReadOnly          Isolation = iota // a snapshot; never conflicts, cannot write
	SnapshotIsolation                  // first committer wins on written keys
	Serializable                       // what was read is validated as well
)

// recorded is the level as a history keeps it.
func (i Isolation) recorded() history.Isolation {
	if i == SnapshotIsolation {
		return history.SnapshotIsolation
	}
	return history.Serializable
}

// Store is the part of a key-value engine that a workload drives; whatever else an engine has are optional interfaces, such
// as Transactor. Its methods may be called from several goroutines.
// Byte slices passed in stay the caller's, who overwrites those of a commit once it has returned; slices handed out are the
// caller's too, except where said.
type Store interface {
	// Get returns the newest value of key; found is false if there is none.
	Get(key []byte) (value []byte, found bool, err error)
	// Apply commits all writes as one: after a crash all of them are there, or none. Without writes it changes nothing.
	Apply(writes []history.Write, d history.Durability) error
	// Scan calls visit with every pair in [from, to) in key order, as of one instant; empty bounds are open. The
	// slices are valid only during the call. It ends early, without error, when visit returns false.
	Scan(from, to []byte, visit func(key, value []byte) bool) error
	// Close waits for background work and releases the store. Whether what was acknowledged is durable then is a promise of its
	// own: torture.Promises.CloseSyncs.
	Close() error
}

// Transactor is implemented by stores with transactions. Read-only ones stand in for the snapshots of a store that is no
// Snapshotter, whatever its target promises.
type Transactor interface {
	// Begin starts a transaction. Every transaction must be ended by Commit or Rollback.
	Begin(Isolation) (Txn, error)
}

// Txn is a transaction; it is used by one goroutine. It reads its own writes.
type Txn interface {
	Get(key []byte) (value []byte, found bool, err error)
	Put(key, value []byte) error
	Delete(key []byte) error
	// Commit returns ErrConflict if the isolation level forbids it; then nothing was applied.
	Commit(d history.Durability) error
	Rollback()
}

// TxnScanner is implemented by transactions that can read a range. What it shows and what is not there count as read.
type TxnScanner interface {
	// Scan is Store.Scan in the transaction, with its own writes.
	Scan(from, to []byte, visit func(key, value []byte) bool) error
}

// TxnRangeDeleter is implemented by transactions that can delete a range of keys by one write.
type TxnRangeDeleter interface {
	// DeleteRange deletes every key in [from, to): those that are there, and those that the transaction has written before. It
	// counts as a write of each key of the range.
	DeleteRange(from, to []byte) error
}

// Maintainer is implemented by stores whose flushes and compactions can be asked for.
type Maintainer interface {
	Flush() error
	Compact() error
}

// RangeDeleter is implemented by stores that can delete a range of keys by one write.
type RangeDeleter interface {
	// DeleteRange deletes every key in [from, to). Like a batch, it is there as a whole after a crash, or not at all.
	DeleteRange(from, to []byte, d history.Durability) error
}

// Sequencer is implemented by stores that reveal the order of their commits, as recovery knows it: after a crash the
// store shows the commits up to some place in this order and none after it. Places are positive and ascend. The
// transactions of such a store are SequencedTxns.
type Sequencer interface {
	// ApplySeq is Store.Apply and returns the place of the commit, with an error too, if it may have got that far; 0 says
	// that it has none and never will.
	ApplySeq(writes []history.Write, d history.Durability) (seq uint64, err error)
	// DeleteRangeSeq is the same for RangeDeleter.DeleteRange.
	DeleteRangeSeq(from, to []byte, d history.Durability) (seq uint64, err error)
}

// SequencedTxn is a transaction that knows its place in the order of commits.
type SequencedTxn interface {
	Txn
	// Seq returns the place after Commit, with the same meaning as that of Sequencer.ApplySeq.
	Seq() uint64
}

// Verifier is implemented by stores that can check their own files: checksums, references, orphans.
type Verifier interface{ Verify() error }

// Gauger is implemented by stores that can say what they consist of, in figures that do not grow for ever: levels, tables,
// amplification. A soak watches them in a store that lives on.
type Gauger interface{ Gauges() map[string]float64 }
