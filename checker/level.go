package checker

import "fmt"

// Level is the isolation that a store promises for its transactions: which anomalies of Adya's thesis (1999) and of
// Bailis et al. (Highly Available Transactions, VLDB 2014) it forbids.
type Level uint8

// The levels. At SnapshotIsolation and every stronger level, an operation that asked for history.SnapshotIsolation is
// held to that.
//
// ReadUncommitted, ReadCommitted, MonotonicAtomicView, SnapshotIsolation, Serializable and StrictSerializable form a
// chain: each forbids everything that its predecessors forbid. RepeatableRead lies between MonotonicAtomicView and
// Serializable. It forbids write skew, which SnapshotIsolation allows, and allows phantoms, which SnapshotIsolation
// forbids.
//
// The numbers do not follow the strength, because they are stored in files and the last four levels were added later.
const (
	SnapshotIsolation   Level = iota + 1 // a transaction reads a snapshot, and between this and its commit no other transaction overwrites the keys that it writes
	Serializable                         // some serial order of all transactions explains everything
	StrictSerializable                   // like Serializable, in an order that respects real time: a transaction that was answered comes before those called later
	ReadUncommitted                      // writes of transactions do not interleave
	ReadCommitted                        // also, only committed, final values are read
	MonotonicAtomicView                  // also, whoever has seen part of a transaction does not later miss another part
	RepeatableRead                       // like Serializable, but scans may miss keys that others added
)

var levelNames = [...]string{
	"no level", "snapshot isolation", "serializable", "strict serializable", "read uncommitted", "read committed",
	"monotonic atomic view", "repeatable read",
}

func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// committedOnly reports whether a transaction may read only committed values.
func (l Level) committedOnly() bool { return l != ReadUncommitted }

// repeats reports whether a transaction must find the same value whenever it reads a key, and whether a transaction
// that writes a key after reading it must be the next one to write it.
func (l Level) repeats() bool {
	return l != ReadUncommitted && l != ReadCommitted && l != MonotonicAtomicView
}
