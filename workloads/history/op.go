package history

import (
	"fmt"
	"slices"
)

// Outcome is what a client knows about its operation's effect.
type Outcome uint8

// The outcomes. The zero value is Unknown, so that no operation counts as acknowledged by omission.
const (
	Unknown  Outcome = iota // no answer, or an error that leaves the effect open
	Acked                   // the store confirmed it
	Rejected                // the store refused it before it could have any effect
)

// Kind says which call of a store an operation is.
type Kind uint8

// The kinds of operations.
const (
	Get       Kind = iota // one key read
	Put                   // one key written
	Delete                // one key deleted
	Batch                 // several writes, applied as one
	Scan                  // all pairs of a range, read at one instant
	Snapshot              // several reads of one snapshot
	Txn                   // a read-write transaction
	Flush                 // memtables written out; reads and writes nothing
	Compact               // levels merged; reads and writes nothing
	CAS                   // one key written if it holds what Op.If says
	Increment             // a number added to one key
	Append                // bytes added to the end of one key
	Cursor                // a cursor; its reads, made while it was moved, are of the instant when it was opened
	Barrier               // a sync without writes: everything acknowledged before it survives a power cut
	Inspect               // a query of the store's sizes and properties; reads and writes nothing

	// Operations on the whole store. Checkpoint, Backup and Look read every pair, at one instant between call and
	// answer: the pairs found in the copy, or through the read-only store.
	Checkpoint // a copy of the running store, in the directory Op.Dir
	Backup     // the running store added to the repository Op.Dir, as number Op.Backup
	Restore    // a store restored in directory Op.Dir from number Op.Backup of repository Op.Source; reads nothing
	ReadCopy   // the copy in directory Op.Dir is read; its pairs are recorded with the operation that made the copy
	Close      // the store is closed, perhaps with operations in flight; with Sync, everything acknowledged before is durable
	Open       // the store is opened again
	Look       // the closed store is opened read-only, read and closed
	SecondOpen // an attempt to open a store that is already open; the right outcome is Rejected

	// Operations on an append-only log. EntryKey returns the keys of its entries.
	AppendEntries // entries appended atomically
	TruncateFront // all entries before an index dropped
	TruncateBack  // all entries from an index on dropped
	FirstIndex    // the index of the first entry: a scan of the keys before it, which shows nothing
	LastIndex     // the index of the last entry: a scan of the keys after it, which shows nothing

	Ingest // the store ingests a table written outside it: several writes, applied atomically
)

// Kinds returns all kinds of operations.
func Kinds() []Kind {
	all := make([]Kind, len(kindNames))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Durability is what a client asks of a commit.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = iota // on disk before the acknowledgement: survives a power cut
	NoSync                     // handed to the operating system before the acknowledgement: survives a killed process
	Buffered                   // promises nothing until a later Sync
)

// Isolation is the level that a read-write transaction asks for.
type Isolation uint8

// The isolation levels. Serializable is the zero value, so operations that are not transactions have it: they are
// atomic.
const (
	Serializable      Isolation = iota // as if it ran alone
	SnapshotIsolation                  // what it read may have been changed before it committed; what it wrote may not
)

// Read is a key as a store showed it.
type Read struct {
	Key   []byte `json:"k"`
	Value []byte `json:"v,omitempty"`
	Found bool   `json:"found"`
	By    string `json:"by,omitempty"` // what showed it if there are several ways, such as the movement "next after k003" of a cursor; for people
}

// Change is what a write does to a key.
type Change uint8

// The changes. The results of the last two depend on the previous value, which the client need not know.
const (
	Assign Change = iota // the key holds Value, or is absent if Delete is set
	Add                  // Value, a whole number in decimal, is added to the number that the key holds; an absent key holds 0
	Extend               // Value is appended to what the key holds; an absent key is empty
)

// Write is one change of one key. Values are unique in a run wherever a judge has to identify the write it sees.
type Write struct {
	Key    []byte `json:"k"`
	Value  []byte `json:"v,omitempty"`
	Delete bool   `json:"del,omitempty"`
	Change Change `json:"change,omitempty"`
}

// Op is one operation of one client.
type Op struct {
	ID     int  `json:"id"` // position in the history, in order of Call
	Client int  `json:"client"`
	Kind   Kind `json:"kind"`
	Call   Tick `json:"call"`
	Return Tick `json:"return"` // Never if it was not answered
	// ReadBy is the tick of the latest of Reads if that is after Return: something opened showed them later, but as of
	// an instant between Call and Return. Zero: no later than Return.
	ReadBy     Tick       `json:"read_by,omitempty"`
	Reads      []Read     `json:"reads,omitempty"`
	ScanFrom   []byte     `json:"from,omitempty"`   // Scan, Cursor, Snapshot: first key, inclusive; empty: no bound
	ScanTo     []byte     `json:"to,omitempty"`     // Scan, Cursor, Snapshot: last key, exclusive; empty: no bound
	Prefix     []byte     `json:"prefix,omitempty"` // Cursor, Snapshot: what each key that the cursor shows starts with
	If         []Read     `json:"if,omitempty"`     // what these keys must hold for anything to be written
	Missed     bool       `json:"missed,omitempty"` // If did not hold; the operation is Acked and wrote nothing
	Writes     []Write    `json:"writes,omitempty"`
	Order      string     `json:"order,omitempty"`     // Txn: order of Reads and Writes, a letter r or w each; empty: reads come first
	Isolation  Isolation  `json:"isolation,omitempty"` // Txn
	Seq        uint64     `json:"seq,omitempty"`       // place in the order of commits, if the store reveals it; 0: none
	Durability Durability `json:"durability"`
	Outcome    Outcome    `json:"outcome"`
	Dir        string     `json:"dir,omitempty"`    // Checkpoint, Backup, Restore, ReadCopy
	Source     string     `json:"source,omitempty"` // Restore: the repository
	Backup     uint64     `json:"backup,omitempty"` // Backup, Restore: number in the repository; 0: the store gave none
	Err        string     `json:"err,omitempty"`    // what the store said, unless it was plain success
}

// Wrote reports whether the operation may have written anything: it asked to, and the store answered neither that it
// refused nor that the condition did not hold.
func (o *Op) Wrote() bool {
	return len(o.Writes) > 0 && o.Outcome != Rejected && !(o.Missed && o.Outcome == Acked)
}

// Stored reports whether the operation may have written a value. An operation that only deletes may find nothing to do.
func (o *Op) Stored() bool {
	return o.Wrote() && slices.ContainsFunc(o.Writes, func(w Write) bool { return !w.Delete })
}

// Shown returns the tick by which the client had seen everything that the operation read.
func (o *Op) Shown() Tick { return max(o.Return, o.ReadBy) }

// Scans reports whether the operation read a range of keys at one instant, so that keys in the range that it does not
// list were absent.
func (o *Op) Scans() bool {
	switch o.Kind {
	case Scan, Checkpoint, Backup, Look, FirstIndex, LastIndex:
		return true
	default:
		return false
	}
}

// AckedBy reports whether the store had acknowledged the operation by tick t.
func (o *Op) AckedBy(t Tick) bool { return o.Outcome == Acked && o.Return <= t }

// Cut is the point where a crash cuts a history. Operations that returned by Acked are acknowledged. Operations called
// after Called began after the last surviving filesystem operation, so nothing of them can be on disk.
type Cut struct {
	Acked  Tick `json:"acked"`
	Called Tick `json:"called"`
}

var (
	outcomeNames = [...]string{"unknown", "acked", "rejected"}
	kindNames    = [...]string{
		"get", "put", "delete", "batch", "scan", "snapshot", "txn", "flush", "compact", "cas", "increment", "append",
		"cursor", "barrier", "inspect",
		"checkpoint", "backup", "restore", "read copy", "close", "open", "look", "second open",
		"append entries", "truncate front", "truncate back", "first index", "last index",
		"ingest",
	}
	changeNames     = [...]string{"assign", "add", "extend"}
	durabilityNames = [...]string{"sync", "nosync", "buffered"}
	isolationNames  = [...]string{"serializable", "snapshot"}
)

func (o Outcome) String() string    { return nameOf(outcomeNames[:], int(o)) }
func (k Kind) String() string       { return nameOf(kindNames[:], int(k)) }
func (d Durability) String() string { return nameOf(durabilityNames[:], int(d)) }
func (c Change) String() string     { return nameOf(changeNames[:], int(c)) }
func (i Isolation) String() string  { return nameOf(isolationNames[:], int(i)) }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("history(%d)", i)
}
