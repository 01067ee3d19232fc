package workloads

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/largest"
)

// Size holds the parameters of a script. A value that is zero or negative is replaced by the smallest that makes sense.
type Size struct {
	Clients    int `json:"clients"`     // concurrent clients; at least 1
	Ops        int `json:"ops"`         // steps per client
	Keys       int `json:"keys"`        // keys loaded before the clients start
	ValueBytes int `json:"value_bytes"` // length of a value, unless its name is longer
	// Largest holds the limits of the store. Keys are always generated within them; values and batches are reduced to them
	// by Script.Within.
	Largest Largest `json:"largest,omitzero"`
}

// Largest holds the sizes in bytes of the largest key, value and batch that a store accepts. 0 means that no workload
// reaches the limit: their keys have up to about a thousand bytes, their values slightly more than 64 KiB.
type Largest = largest.Sizes

// Script is everything that a run asks of a store.
type Script struct {
	Workload string
	Seed     uint64
	Size     Size
	Preload  [][]history.Write // batches that client 0 applies first: NoSync except for the last, with a flush halfway
	Clients  [][]Step          // one list of steps per client; clients run concurrently
	Ledger   *Ledger           // of a bank; nil otherwise
	Lists    bool              // the values of keys for which IsList holds are lists of Elements
	// Registers says that all keys are registers: no two writes make the same value.
	Registers bool
}

// Step is one action of a client. Copies share slices, which must not be changed.
type Step struct {
	Kind       history.Kind
	Keys       [][]byte        // Get: the key; Snapshot: all keys to read, if there are no Moves
	From, To   []byte          // Scan, Cursor, Snapshot: first key inclusive, last key exclusive; empty bounds are open
	Prefix     []byte          // Cursor, Snapshot: what each key starts with
	Moves      []Move          // Cursor, Snapshot
	Hold       int             // Cursor, Snapshot, Get as a stream: held open for this many steps of the client
	Backward   bool            // Scan: from the last key to the first, if the store is a CursorMaker
	Stream     bool            // Get: as a stream, if the store is a Streamer
	Writes     []history.Write // Put, Delete and Batch
	Range      bool            // Batch: Writes delete every key of the script from From to To; a RangeDeleter gets the range
	Before     int             // Batch with Range: this many of the first Writes precede the range deletion
	After      int             // Batch with Range: this many of the last Writes follow it
	Durability history.Durability
	Isolation  Isolation       // Txn
	Lingers    bool            // Txn, Snapshot, Scan and Cursor: let other clients run between its calls
	Twin       int             // Txn, Snapshot: begun with a twin; continues after this many events of others
	Fill       *Fill           // Put: several commits whose lengths depend on where the store's file ends
	Transfer   *Transfer       // Txn, of a bank
	Appending  *Appending      // Txn, of lists
	Swapping   *Swapping       // Txn, of registers
	Update     *Update         // CAS, Increment and Append, of a register
	Dir        string          // Checkpoint: where the copy goes; Backup: where it is restored
	Source     string          // Backup: the repository
	Looks      bool            // Open: the store is opened read-only before it is reopened
	Log        *appendlog.Step // of workload log: the operation on the log, besides its kind
}

// Within returns the script with values and batches reduced to the limits of its size.
func (s Script) Within() Script {
	l := s.Size.Largest
	if l == (Largest{}) {
		return s
	}
	preload := make([][]history.Write, len(s.Preload))
	for i, writes := range s.Preload {
		preload[i] = l.Batch(writes)
	}
	clients := make([][]Step, len(s.Clients))
	for c, steps := range s.Clients {
		clients[c] = slices.Clone(steps)
		for i := range clients[c] {
			clients[c][i].keepWithin(l)
		}
	}
	s.Preload, s.Clients = preload, clients
	return s
}

func (s *Step) keepWithin(l Largest) {
	if s.Range { // the deletions are given by the range, and the other writes are small
		s.Writes = l.Values(s.Writes)
	} else {
		s.Writes = l.Batch(s.Writes)
	}
	if s.Log != nil {
		entries := *s.Log
		entries.Sizes = l.Entries(s.Log.Sizes)
		s.Log = &entries
	}
}

// Commits reports whether the step changes something if nothing fails.
func (s *Step) Commits() bool {
	return len(s.Writes) > 0 || s.Update != nil || s.Log.Changes(s.Kind) || s.Fill != nil || s.Transfer != nil || s.Appending != nil && !s.Appending.Rollback ||
		s.Swapping != nil && !s.Swapping.Rollback && len(s.Swapping.Touches) > 0
}

// String describes the step for a reader.
func (s *Step) String() string {
	switch {
	case s.Transfer != nil:
		return fmt.Sprintf("transfer of %d from %s to %s", s.Transfer.Amount, s.Transfer.From, s.Transfer.To)
	case s.Log != nil:
		return s.Log.Text(s.Kind)
	case s.Range:
		return fmt.Sprintf("deletion from %s to %s", s.From, s.To)
	case s.Swapping != nil && len(s.Swapping.Touches) > 0:
		return fmt.Sprintf("transaction over %s", s.Swapping.Touches[0].Keys[0])
	case s.Appending != nil:
		return fmt.Sprintf("transaction over %s", s.Appending.Touches[0].Key)
	case len(s.Writes) > 0:
		return fmt.Sprintf("%s %s", s.Kind, s.Writes[0].Key)
	case len(s.Keys) > 0:
		return fmt.Sprintf("%s %s", s.Kind, s.Keys[0])
	}
	return s.Kind.String()
}

// LastKey returns the greatest key that the script can write, or nil if there is none.
func (s *Script) LastKey() []byte {
	keys := s.keys()
	if len(keys) == 0 {
		return nil
	}
	return keys[len(keys)-1]
}

// keys returns every key that the script can write, in order.
func (s *Script) keys() [][]byte {
	var all [][]byte
	enter := func(writes []history.Write) {
		for i := range writes {
			all = append(all, writes[i].Key)
		}
	}
	for _, batch := range s.Preload {
		enter(batch)
	}
	for _, steps := range s.Clients {
		for i := range steps {
			enter(steps[i].Writes)
			if steps[i].Update != nil {
				all = append(all, steps[i].Keys...)
			}
			if f := steps[i].Fill; f != nil {
				all = append(all, f.Key)
			}
			if t := steps[i].Transfer; t != nil {
				all = append(all, t.From, t.To)
			}
			if t := steps[i].Swapping; t != nil {
				for _, touch := range t.Touches {
					all = append(all, touch.Keys...)
				}
			}
			if a := steps[i].Appending; a != nil {
				for _, touch := range a.Touches {
					all = append(all, touch.Key)
				}
			}
		}
	}
	slices.SortFunc(all, bytes.Compare)
	return slices.CompactFunc(all, bytes.Equal)
}

// Transfer moves money between two accounts in a transaction: it reads both and writes both. It writes nothing if it
// would overdraw.
type Transfer struct {
	From, To []byte
	Amount   int64
	Opens    bool   // opens the account To if it does not exist
	Closes   bool   // moves the whole balance of From and deletes the account
	Long     bool   // values are stretched
	Name     string // of the step; the values are named after it
}

// Workload generates scripts.
type Workload struct {
	Name     string
	Text     string // one line that helps to choose
	Generate func(seed uint64, size Size) Script
	// Transactional says that clients commit in transactions only. The workload tests nothing in a store without them.
	Transactional bool
	// Log says that the workload is for append-only logs, not for key-value stores.
	Log bool
	// Variant says that the workload is a harsher form of the one before it in All; where time is short, one of the two
	// is enough.
	Variant bool
}

// All returns the workloads in the order in which they are shown.
func All() []Workload {
	return []Workload{
		{Name: "register", Text: "a handful of keys, put, read and deleted by all clients at once; every write is synced", Generate: register},
		{Name: "kv", Text: "puts, deletes (of ranges too), batches, scans, cursors, streams and snapshots, some held open; synced and unsynced; mostly on a client's own keys", Generate: kv},
		{Name: "edges", Text: "kv with keys and values at the edges: empty, all 0x00 or 0xff, as long as a power of two, up to the end of a block", Generate: edges, Variant: true},
		{Name: "lifecycle", Text: "kv while the store is copied, backed up, restored, closed and reopened, and while others try to open it", Generate: lifecycle},
		{Name: "bank", Text: "transfers between accounts in transactions, audited by snapshots; the total never changes", Generate: bank, Transactional: true},
		{Name: "bank-mixed", Text: "a bank whose accounts open and close, some of them with long values; synced and unsynced", Generate: bankMixed, Transactional: true, Variant: true},
		{Name: "append", Text: "transactions that read and append to lists, which reveal the order of commits", Generate: appends, Transactional: true},
		{Name: "swap", Text: "transactions that read, swap, fill and delete registers, some by ranges; compare-and-set, increments, appends", Generate: swap, Transactional: true, Variant: true},
		{Name: "log", Text: "appends to a log and truncations at both ends, where raft makes them and at the boundaries; for append-only logs", Generate: logs, Log: true},
	}
}

// ByName returns the workload of that name.
func ByName(name string) (Workload, bool) {
	for _, w := range All() {
		if w.Name == name {
			return w, true
		}
	}
	return Workload{}, false
}

// normal returns the size with every parameter at a value that makes sense.
func (s Size) normal() Size {
	s.Clients, s.Ops = max(s.Clients, 1), max(s.Ops, 0)
	s.Keys, s.ValueBytes = max(s.Keys, 0), s.Largest.Value(max(s.ValueBytes, 0))
	return s
}

// loadBatch is the number of keys loaded in one batch.
const loadBatch = 100

// load returns batches that write size.Keys keys, which key names.
func load(seed uint64, size Size, key func(int) []byte) [][]history.Write {
	var batches [][]history.Write
	for i := range size.Keys {
		if i%loadBatch == 0 {
			batches = append(batches, nil)
		}
		last := &batches[len(batches)-1]
		v := value(seed, "load."+strconv.Itoa(i), size.ValueBytes)
		*last = append(*last, history.Write{Key: key(i), Value: v})
	}
	return batches
}

// generate draws the steps of every client from a stream of its own, so that the script of one client does not depend
// on the number of others or the lengths of their scripts.
func generate(seed uint64, size Size, step func(rng *rand.Rand, client int, name string) Step) [][]Step {
	clients := make([][]Step, size.Clients)
	for c := range clients {
		rng := stream(seed, "client "+strconv.Itoa(c))
		clients[c] = make([]Step, size.Ops)
		for i := range clients[c] {
			clients[c][i] = step(rng, c, "c"+strconv.Itoa(c)+"."+strconv.Itoa(i))
		}
	}
	return clients
}

// stream returns the random stream for a seed and a label.
func stream(seed uint64, label string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(label)) // a hash never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
