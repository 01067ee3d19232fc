package history

import (
	"fmt"
	"slices"
)

// Outcome is what a client knows about its operation.
type Outcome uint8

// The outcomes. The zero value is Unknown, so that an operation is never taken for acknowledged by omission.
const (
	Unknown  Outcome = iota // no answer, or an error that leaves the effect open
	Acked                   // the store confirmed it
	Rejected                // the store refused it before it could have any effect
)

// Kind says which call of a store an operation was.
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
	Cursor                // a cursor opened, and what it showed as it was moved: reads of the instant at which it was opened
	Barrier               // a sync without writes: everything acknowledged before it survives a power cut
	Inspect               // the store asked about itself: sizes and properties; reads and writes nothing

	// What follows is done to the whole store. Checkpoint, Backup and Look read every pair, at one instant between call and
	// answer: the pairs are what was found in the copy, or through the read-only store.
	Checkpoint // a copy of the running store, in the directory Op.Dir
	Backup     // the running store added to the repository Op.Dir, as number Op.Backup
	Restore    // number Op.Backup of the repository Op.Source, made a store in the directory Op.Dir; reads nothing
	ReadCopy   // the copy in the directory Op.Dir, read; the pairs are kept as those of the operation that made it
	Close      // the store is closed; other operations may be in flight; with Sync, all that was acknowledged before survives a power cut
	Open       // the store is opened again
	Look       // the store, which is closed, is opened read-only, read and closed
	SecondOpen // an attempt to open the store that is open; Rejected is the right answer

	// What follows is done to an append-only log, whose entries have the keys that EntryKey gives them.
	AppendEntries // entries appended, as one
	TruncateFront // all entries before one dropped
	TruncateBack  // all entries from one on dropped
	FirstIndex    // the index of the first entry: a scan of the keys before it, which shows nothing
	LastIndex     // the index of the last entry: a scan of the keys after it, which shows nothing

	Ingest // a table that was written beside the store and is taken over by it: several writes, applied as one
)

// Kinds returns all kinds of operations.
func Kinds() []Kind {
	all := make([]Kind, len(kindNames))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Durability is what a client asked of a commit.
type Durability uint8

// The durabilities, strongest first.
const (
	Sync     Durability = iota // on disk before the acknowledgement: survives a power cut
	NoSync                     // handed to the operating system before the acknowledgement: survives a killed process
	Buffered                   // promises nothing until a later Sync
)

// Isolation is the level that a read-write transaction asked for.
type Isolation uint8

// The levels. The zero value is what an operation has that is no transaction: it takes effect at one moment.
const (
	Serializable      Isolation = iota // as if it had run alone
	SnapshotIsolation                  // what it read may have changed until it committed; what it wrote may not
)

// Read is one key as a store showed it.
type Read struct {
	Key   []byte `json:"k"`
	Value []byte `json:"v,omitempty"`
	Found bool   `json:"found"`
}

// Change says what a write does to a key.
type Change uint8

// The changes. What the last two leave behind depends on what the key held before, which the client need not know.
const (
	Assign Change = iota // the key holds Value afterwards, or nothing if it is deleted
	Add                  // Value, a whole number in decimal, is added to the number that the key holds; an absent key holds 0
	Extend               // Value is added to the end of what the key holds; an absent key holds nothing
)

// Write is one change of one key. Values are unique in a run wherever a judge has to tell which write it sees.
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
	// ReadBy is when the last of Reads came in, if that was after Return: what was opened showed them later, as they were
	// between Call and Return. Zero: by Return.
	ReadBy     Tick       `json:"read_by,omitempty"`
	Reads      []Read     `json:"reads,omitempty"`
	ScanFrom   []byte     `json:"from,omitempty"`   // Scan: first key, inclusive; empty for the first of all
	ScanTo     []byte     `json:"to,omitempty"`     // Scan: last key, exclusive; empty for the end
	If         []Read     `json:"if,omitempty"`     // what these keys must hold, or nothing is written
	Missed     bool       `json:"missed,omitempty"` // the store answered that If did not hold; it is Acked, and wrote nothing
	Writes     []Write    `json:"writes,omitempty"`
	Order      string     `json:"order,omitempty"`     // Txn: of Reads and Writes, a letter r or w each; empty: first all reads
	Isolation  Isolation  `json:"isolation,omitempty"` // Txn
	Seq        uint64     `json:"seq,omitempty"`       // its place in the order of commits, where the store tells; 0: none
	Durability Durability `json:"durability"`
	Outcome    Outcome    `json:"outcome"`
	Dir        string     `json:"dir,omitempty"`    // Checkpoint, Backup, Restore, ReadCopy
	Source     string     `json:"source,omitempty"` // Restore: the repository
	Backup     uint64     `json:"backup,omitempty"` // Backup, Restore: its number in the repository; 0: the store gave none
	Err        string     `json:"err,omitempty"`    // what the store said, if it was not a plain success
}

// Wrote reports whether the operation may have written anything: it asked to, and the store did not say that it refused
// to or that the condition did not hold.
func (o *Op) Wrote() bool {
	return len(o.Writes) > 0 && o.Outcome != Rejected && !(o.Missed && o.Outcome == Acked)
}

// Stored reports whether the operation may have written a value: deletions alone may find nothing to do.
func (o *Op) Stored() bool {
	return o.Wrote() && slices.ContainsFunc(o.Writes, func(w Write) bool { return !w.Delete })
}

// Shown returns when the client had seen the last of what the operation read.
func (o *Op) Shown() Tick { return max(o.Return, o.ReadBy) }

// Scans reports whether the operation read a range of keys at one instant, so that keys that it does not list were absent.
func (o *Op) Scans() bool {
	switch o.Kind {
	case Scan, Checkpoint, Backup, Look, FirstIndex, LastIndex:
		return true
	default:
		return false
	}
}

// AckedBy reports whether the store had confirmed the operation at tick t.
func (o *Op) AckedBy(t Tick) bool { return o.Outcome == Acked && o.Return <= t }

// Cut is where a crash cuts a history. Operations that returned by Acked are acknowledged; operations called after
// Called had not begun when the last surviving filesystem operation happened, so nothing of them can be on the disk.
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
