package checker

import "fmt"

// Level is what a store promises of its transactions: which anomalies of Adya's thesis (1999) and of Bailis et al. (Highly
// Available Transactions, VLDB 2014) it forbids.
type Level uint8

// The levels. From SnapshotIsolation on, an operation that asked for history.SnapshotIsolation is held to that at every level.
// The last four are weaker than the first; they have later numbers because the numbers are kept in files. Each of
// ReadUncommitted, ReadCommitted, MonotonicAtomicView, SnapshotIsolation, Serializable and StrictSerializable forbids all that
// the ones before it in this list forbid. RepeatableRead stands between MonotonicAtomicView and Serializable: it forbids write
// skew, which SnapshotIsolation allows, and allows phantoms, which SnapshotIsolation forbids.
const (
	SnapshotIsolation   Level = iota + 1 // a transaction reads one moment, and no other one overwrites its keys until it commits
	Serializable                         // some order of all transactions, one after the other, explains everything
	StrictSerializable                   // and in this order whoever was answered comes before whoever was called later
	ReadUncommitted                      // writes of transactions do not interleave
	ReadCommitted                        // and only what was committed, and was final, is read
	MonotonicAtomicView                  // and who has seen a part of a transaction does not afterwards miss another part
	RepeatableRead                       // as Serializable, but scans may miss keys that others put there
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

// committedOnly reports whether a transaction may read only what was committed.
func (l Level) committedOnly() bool { return l != ReadUncommitted }

// repeats reports whether a transaction must find the same whenever it reads a key, and whether who writes a key after having
// read it must be the next to write it.
func (l Level) repeats() bool {
	return l != ReadUncommitted && l != ReadCommitted && l != MonotonicAtomicView
}
