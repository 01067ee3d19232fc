package history

import (
	"slices"
	"sync"
)

// Recorder collects the operations of a run. Its methods may be called from several goroutines; each client must wait
// for the answer to one operation before it calls the next.
type Recorder struct {
	clock *Clock
	mu    struct {
		sync.Mutex
		ops    []Op
		events int
	}
}

// Handle names an operation that was called and not yet answered.
type Handle int

// NewRecorder returns an empty recorder that takes its ticks from clock.
func NewRecorder(clock *Clock) *Recorder { return &Recorder{clock: clock} }

// Call records that client is about to send op; only what the client asks for is taken from op. It must be called
// before the store is. The recorder keeps op's slices: the caller must not change them any more.
func (r *Recorder) Call(client int, op Op) Handle {
	r.mu.Lock()
	defer r.mu.Unlock()
	op.ID, op.Client = len(r.mu.ops), client
	op.Outcome, op.Return, op.ReadBy, op.Err, op.Missed = Unknown, Never, 0, "", false
	// The tick is taken under the lock, so that the order of ticks is the order of the slice.
	op.Call = r.clock.Next()
	r.mu.ops = append(r.mu.ops, op)
	r.mu.events++
	return Handle(op.ID)
}

// Return records the answer. It must be called after the store has returned. The recorder keeps reads. An err that is
// not nil is kept as text, whatever the outcome.
func (r *Recorder) Return(h Handle, reads []Read, outcome Outcome, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op := &r.mu.ops[h]
	if op.Return != Never {
		panic("history: H3: an operation was answered twice")
	}
	op.Return = r.clock.Next()
	r.mu.events++
	op.Reads, op.Outcome = reads, outcome
	if err != nil {
		op.Err = err.Error()
	}
}

// AddReads records what something showed that an answered operation had opened: a cursor, a snapshot, a reader. An err that
// is not nil ends it, and takes back what it has shown before: who fails halfway has shown nothing.
func (r *Recorder) AddReads(h Handle, reads []Read, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op := &r.mu.ops[h]
	if op.Return == Never {
		panic("history: H3: what was not opened was read")
	}
	op.ReadBy = r.clock.Next()
	r.mu.events++
	op.Reads = append(slices.Clip(op.Reads), reads...) // clipped: Ops may have handed out the slice
	if err != nil {
		op.Reads, op.Err = nil, err.Error()
	}
}

// Found records what the copy held that an answered operation has made: only now is it Acked. The copy is read after the
// answer, so that it does not count as made any later than it was.
func (r *Recorder) Found(h Handle, reads []Read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op := &r.mu.ops[h]
	if op.Return == Never {
		panic("history: a copy was read before it was made")
	}
	op.Reads, op.Outcome = reads, Acked
}

// SetBackup says which number a backup has in its repository. It must be called before Return.
func (r *Recorder) SetBackup(h Handle, number uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Backup = number
}

// SetWrites replaces what an unanswered operation writes. Transactions need it: what they write depends on what they
// read. It must be called before the store learns of the writes.
func (r *Recorder) SetWrites(h Handle, writes []Write) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Writes = writes
}

// SetRange says which keys an unanswered scan has covered, where only the store could tell. It must be called before Return.
func (r *Recorder) SetRange(h Handle, from, to []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].ScanFrom, r.mu.ops[h].ScanTo = from, to
}

// SetOrder says how the reads and writes of an unanswered transaction follow one another; see Op.Order.
func (r *Recorder) SetOrder(h Handle, order string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Order = order
}

// SetSeq says which place in the order of commits the store gave to an operation. It must be called before Return: an
// answered commit without a place never took effect, if others have one.
func (r *Recorder) SetSeq(h Handle, seq uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Seq = seq
}

// SetMissed says that the store has answered that the condition of an operation did not hold. It must be called before
// Return, with Acked: the answer is as certain as any other.
func (r *Recorder) SetMissed(h Handle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Missed = true
}

// Events returns how many calls and answers there have been: it stands still while the store keeps every client waiting.
func (r *Recorder) Events() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.events
}

// Ops returns a copy of the operations so far, in order of Call; their IDs are their positions. Operations without an
// answer are Unknown and return Never. The slices within the operations are shared and must not be changed.
func (r *Recorder) Ops() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mu.ops)
}
