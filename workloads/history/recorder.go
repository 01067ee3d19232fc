package history

import (
	"slices"
	"sync"
)

// Recorder collects the operations of a run. It is safe for concurrent use, but each client must wait for the answer to
// one operation before it calls the next.
type Recorder struct {
	clock *Clock
	mu    struct {
		sync.Mutex
		ops    []Op
		events int
	}
}

// Handle identifies an operation that was called and not yet answered.
type Handle int

// NewRecorder returns an empty recorder that takes its ticks from clock.
func NewRecorder(clock *Clock) *Recorder { return &Recorder{clock: clock} }

// Call records that client is about to send op, and uses only those fields of op that say what the client asks for. It
// must be called before the store is. The recorder keeps op's slices, which the caller must not change any more.
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

// Return records the answer. It must be called after the store has returned. The recorder keeps reads. A non-nil err is
// kept as text, whatever the outcome.
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

// AddReads records what something opened by an answered operation has shown: a cursor, a snapshot, a reader. A non-nil
// err ends it and discards everything that it showed before, because a read that fails halfway shows nothing.
func (r *Recorder) AddReads(h Handle, reads []Read, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op := &r.mu.ops[h]
	if op.Return == Never {
		panic("history: H3: something was read that is not open")
	}
	op.ReadBy = r.clock.Next()
	r.mu.events++
	op.Reads = append(slices.Clip(op.Reads), reads...) // clipped, because Ops may have handed out the slice
	if err != nil {
		op.Reads, op.Err = nil, err.Error()
	}
}

// Found records the contents of the copy that an answered operation made, and only then is the operation Acked. The
// copy is read after the answer, but it must count as made no later than the answer.
func (r *Recorder) Found(h Handle, reads []Read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op := &r.mu.ops[h]
	if op.Return == Never {
		panic("history: a copy was read before it was made")
	}
	op.Reads, op.Outcome = reads, Acked
}

// SetBackup sets the number of a backup in its repository. It must be called before Return.
func (r *Recorder) SetBackup(h Handle, number uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Backup = number
}

// SetWrites replaces the writes of an unanswered operation. Transactions need it, because what they write depends on
// what they read. It must be called before the store sees the writes.
func (r *Recorder) SetWrites(h Handle, writes []Write) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Writes = writes
}

// SetRange sets the range that an unanswered scan has covered, if only the store could tell. It must be called before
// Return.
func (r *Recorder) SetRange(h Handle, from, to []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].ScanFrom, r.mu.ops[h].ScanTo = from, to
}

// SetOrder sets the order of reads and writes of an unanswered transaction; see Op.Order.
func (r *Recorder) SetOrder(h Handle, order string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Order = order
}

// SetSeq sets the place of an operation in the store's order of commits. It must be called before Return. If others
// have a place, an answered commit without one never took effect.
func (r *Recorder) SetSeq(h Handle, seq uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Seq = seq
}

// SetMissed records the store's answer that the condition of an operation did not hold. It must be called before
// Return, with Acked, because that answer is as certain as any other.
func (r *Recorder) SetMissed(h Handle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.ops[h].Missed = true
}

// Events returns the number of calls and answers so far. It does not change while all clients wait for the store.
func (r *Recorder) Events() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.events
}

// Ops returns a copy of the operations so far, in order of Call; their IDs are their positions. Unanswered operations
// are Unknown and return Never. The slices in the operations are shared and must not be changed.
func (r *Recorder) Ops() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mu.ops)
}
