package appendlog

import "github.com/lightningdb/lightning-torture/workloads/history"

// Entry is one record of a log.
type Entry struct {
	Index uint64 // its place in the log; the first entry of a new log has 1
	Data  []byte // may be empty
}

// Log is the part of an append-only store that a workload drives. Its methods may be called from several goroutines, but
// Append, TruncateFront and TruncateBack by one at a time. Slices passed in stay the caller's; those handed out are the
// caller's too.
//
// The entries of a log have consecutive indexes, from First to Last.
type Log interface {
	// First and Last return the indexes of the first and the last entry. A log without entries returns 0 and 0, or, if it
	// knows where it goes on, the index of the next entry and that index minus one.
	First() (uint64, error)
	Last() (uint64, error)
	// Entry returns the data of an entry; found is false if the log has none of that index.
	Entry(index uint64) (data []byte, found bool, err error)
	// Append adds entries at the end, as one. Their indexes are consecutive and begin after Last. If the log returns 0 for
	// Last they begin with 1, or with the index after those that were truncated.
	Append(entries []Entry, d history.Durability) error
	// TruncateFront drops every entry before keep. If keep is not after First, it changes nothing; if it is after Last, it
	// drops all. A log that does not do one of these returns ErrOutOfRange and changes nothing.
	TruncateFront(keep uint64, d history.Durability) error
	// Close makes everything acknowledged durable and releases the log.
	Close() error
}

// BackTruncater is implemented by logs whose end can be dropped, as after a conflict in raft. Queues have no such thing.
type BackTruncater interface {
	// TruncateBack drops every entry from an index on; what is appended then has these indexes again. If from is after Last,
	// it changes nothing; if it is not after First, it drops all. A log that does not do one of these returns ErrOutOfRange
	// and changes nothing.
	TruncateBack(from uint64, d history.Durability) error
}

// FreeStarter is implemented by logs which, while they are empty, take a first entry of any index, as that of a follower in
// raft does once it has installed a snapshot.
type FreeStarter interface{ StartsAnywhere() bool }

// Values is implemented by logs that keep a few values beside their entries, as the StableStore of raft does.
type Values interface {
	// Set assigns a value, which survives a power cut if d is history.Sync. It may always do more than d asks for.
	Set(key, value []byte, d history.Durability) error
	// Get returns the value of key; found is false if there is none.
	Get(key []byte) (value []byte, found bool, err error)
}

// Numbers is implemented by logs that keep numbers beside their entries in a way of their own. Those of others are kept as
// Values, in decimal.
type Numbers interface {
	SetNumber(key []byte, n uint64, d history.Durability) error
	// Number returns the number of key; 0 if there is none.
	Number(key []byte) (uint64, error)
}
