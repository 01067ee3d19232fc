package workloads

import (
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Errors of a Store that a driver recognizes with errors.Is. Any other error of a commit leaves its effect unknown.
var (
	// ErrConflict is returned by Txn.Commit if another transaction won; nothing of this one was applied. The lab
	// accepts it only if the transaction overlapped an operation of another client.
	ErrConflict = errors.New("workloads: transaction conflict")
	// ErrRefused is returned if the store turned the operation away before it could have any effect, for example
	// because an earlier write failed and poisoned the store.
	ErrRefused = errors.New("workloads: store refused the operation")
	// ErrTooLarge is returned for a key, a value or a batch beyond a limit of the store, such as a minimum key length of
	// one byte. Nothing of it was applied. The limits must not change while the store is open: a commit must be accepted
	// if one that was at least as large in every respect was accepted before.
	ErrTooLarge = errors.New("workloads: too large for the store")
	// ErrCorrupt is returned if the store found damaged data and reports it instead of returning a wrong value.
	ErrCorrupt = errors.New("workloads: store found corruption")
)

// Isolation is the isolation level that a transaction asks for.
type Isolation uint8

// The isolation levels.
const (
	ReadOnly          Isolation = iota // a snapshot; never conflicts and cannot write
	SnapshotIsolation                  // first committer wins on written keys
	Serializable                       // reads are validated as well
)

// recorded returns the level as a history keeps it.
func (i Isolation) recorded() history.Isolation {
	if i == SnapshotIsolation {
		return history.SnapshotIsolation
	}
	return history.Serializable
}

// Store is the part of a key-value engine that every workload drives; everything else is in optional interfaces, such
// as Transactor. Its methods must be safe for concurrent use. Byte slices passed in belong to the caller, who
// overwrites those of a commit once it has returned. Slices returned belong to the caller too, unless stated otherwise.
type Store interface {
	// Get returns the newest value of key. found is false if there is none.
	Get(key []byte) (value []byte, found bool, err error)
	// Apply commits all writes atomically: after a crash all of them are there or none is. Without writes it changes
	// nothing.
	Apply(writes []history.Write, d history.Durability) error
	// Scan calls visit with every pair in [from, to) in key order, as of one instant; empty bounds are open. The slices
	// are valid only during the call. It ends early, without an error, when visit returns false.
	Scan(from, to []byte, visit func(key, value []byte) bool) error
	// Close waits for background work and releases the store. Whether everything acknowledged is durable then is a
	// separate promise: torture.Promises.CloseSyncs.
	Close() error
}

// Transactor is implemented by stores with transactions. If the store is not a Snapshotter, read-only transactions
// stand in for snapshots, whatever its target promises.
type Transactor interface {
	// Begin starts a transaction. Every transaction must be ended by Commit or Rollback.
	Begin(Isolation) (Txn, error)
}

// Txn is a transaction. It reads its own writes, and is not safe for concurrent use.
type Txn interface {
	Get(key []byte) (value []byte, found bool, err error)
	Put(key, value []byte) error
	Delete(key []byte) error
	// Commit returns ErrConflict if the isolation level forbids it; nothing was applied then.
	Commit(d history.Durability) error
	Rollback()
}

// TxnScanner is implemented by transactions that can read a range. Both the pairs shown and the absence of others count
// as read.
type TxnScanner interface {
	// Scan is Store.Scan in the transaction, with its own writes.
	Scan(from, to []byte, visit func(key, value []byte) bool) error
}

// TxnRangeDeleter is implemented by transactions that can delete a range of keys by one write.
type TxnRangeDeleter interface {
	// DeleteRange deletes every key in [from, to), including earlier writes of the transaction. It counts as a write of
	// each key of the range.
	DeleteRange(from, to []byte) error
}

// Maintainer is implemented by stores that flush and compact on request.
type Maintainer interface {
	Flush() error
	Compact() error
}

// RangeDeleter is implemented by stores that can delete a range of keys by one write.
type RangeDeleter interface {
	// DeleteRange deletes every key in [from, to) atomically: after a crash all of it has happened or nothing.
	DeleteRange(from, to []byte, d history.Durability) error
}

// Sequencer is implemented by stores that reveal the order of their commits as recovery sees it: after a crash the
// store shows the commits up to some place in this order and none after it. Places are positive and ascending. The
// transactions of such a store are SequencedTxns.
type Sequencer interface {
	// ApplySeq is Store.Apply and also returns the place of the commit. It returns the place along with an error if the
	// commit may have got that far; 0 means that the commit has no place and never will.
	ApplySeq(writes []history.Write, d history.Durability) (seq uint64, err error)
	// DeleteRangeSeq does the same for RangeDeleter.DeleteRange.
	DeleteRangeSeq(from, to []byte, d history.Durability) (seq uint64, err error)
}

// SequencedTxn is a transaction that knows its place in the order of commits.
type SequencedTxn interface {
	Txn
	// Seq returns the place of the transaction after Commit; see Sequencer.ApplySeq.
	Seq() uint64
}

// Rester is implemented by stores that can tell whether they have done all the work that they do on their own, such as
// compactions and the removal of files that no one needs any longer.
type Rester interface {
	// Rested returns nil if nothing is left to do, and otherwise an error that says what is. It is called while no one
	// else uses the store, but the store itself may still be working. It changes nothing and reads no file.
	Rested() error
}

// Verifier is implemented by stores that can check their own files: checksums, references, orphans.
type Verifier interface{ Verify() error }

// Gauger is implemented by stores that can report their size and shape in figures that do not grow without bound:
// levels, tables, amplification. A soak watches them in a long-lived store.
type Gauger interface{ Gauges() map[string]float64 }
