package appendlog

import "github.com/lightningdb/lightning-torture/workloads/history"

// Entry is one record of a log.
type Entry struct {
	Index uint64 // position in the log; the first entry of a new log has 1
	Data  []byte // may be empty
}

// Log is the part of an append-only store that a workload drives. Its methods must be safe for concurrent use, except
// that Append and the truncations are called by one goroutine at a time. Slices passed in and slices returned belong to
// the caller.
//
// The entries of a log have consecutive indexes, from First to Last. Truncation at either end is optional.
type Log interface {
	// First and Last return the indexes of the first and last entries. For a log without entries they are 0 and 0 or,
	// if the log knows its next index, that index and the index before it.
	First() (uint64, error)
	Last() (uint64, error)
	// Entry returns the data of an entry. found is false if the log has no entry with that index.
	Entry(index uint64) (data []byte, found bool, err error)
	// Append appends entries atomically. Their indexes are consecutive and follow Last. If the log returns 0 for Last,
	// they begin with 1, or with the index after the truncated ones.
	Append(entries []Entry, d history.Durability) error
	// Close makes everything acknowledged durable and releases the log.
	Close() error
}

// FrontTruncater is implemented by logs that can drop entries at the front, as raft does after a snapshot and a queue
// does once its entries were consumed.
type FrontTruncater interface {
	// TruncateFront drops every entry before keep. If keep is not after First, it changes nothing; if keep is after
	// Last, it drops everything. A log that does not support one of these cases returns ErrOutOfRange and changes
	// nothing.
	TruncateFront(keep uint64, d history.Durability) error
}

// BackTruncater is implemented by logs that can drop entries at the end, as raft does after a conflict. Queues cannot.
type BackTruncater interface {
	// TruncateBack drops every entry with index from or greater; later appends reuse these indexes. If from is after
	// Last, it changes nothing; if from is not after First, it drops everything. A log that does not support one of
	// these cases returns ErrOutOfRange and changes nothing.
	TruncateBack(from uint64, d history.Durability) error
}

// FreeStarter is implemented by logs that, while empty, accept a first entry of any index, as a raft follower needs
// after it has installed a snapshot.
type FreeStarter interface{ StartsAnywhere() bool }

// Values is implemented by logs that keep some values alongside their entries, like the StableStore of raft.
type Values interface {
	// Set assigns a value. It survives a power cut if d is history.Sync; Set may always be more durable than d asks
	// for.
	Set(key, value []byte, d history.Durability) error
	// Get returns the value of key. found is false if there is none.
	Get(key []byte) (value []byte, found bool, err error)
}

// Numbers is implemented by logs that store numbers alongside their entries. Other logs keep numbers as Values, in
// decimal.
type Numbers interface {
	SetNumber(key []byte, n uint64, d history.Durability) error
	// Number returns the number stored for key, or 0 if there is none.
	Number(key []byte) (uint64, error)
}
