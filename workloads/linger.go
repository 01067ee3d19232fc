package workloads

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
)

// Parameters of lingering.
const (
	lingerEvents   = 2    // such as the answer to another client's call and the start of a further call
	lingerYields   = 300  // maximum number of times that a lingering client yields
	outlastDoubled = 6    // a transaction outlasts its twin by 4 events, doubled up to five times
	outlastYields  = 3000 // maximum number of times that it yields meanwhile
	twinEach       = 8    // one later transaction or snapshot of a client in this many has a twin
)

// drawTwin draws for how many events the transaction of a step outlasts its twin; 0 means that it has none. Half of the
// clients' first steps have a twin. At that time the store has seen no earlier transactions, and these outlast the
// first ones of the other clients too.
func drawTwin(rng *rand.Rand, name string) int {
	each := twinEach
	if strings.HasSuffix(name, ".0") {
		each = 2
	}
	if rng.IntN(each) > 0 {
		return 0
	}
	return 4 << rng.IntN(outlastDoubled)
}

// linger waits between two calls of a transaction until other clients have made progress, if the step says so. Between
// calls that never wait for a disk, transactions would hardly ever overlap, and errors in how a store handles overlap
// would not show.
func (w *worker) linger() {
	if w.step.Lingers {
		w.await(lingerEvents, lingerYields)
	}
}

// errNoTransactions is the error of a transaction on a store without transactions.
var errNoTransactions = errors.New("workloads: the store does not implement Transactor, but its target promises Transactions")

// begin starts a transaction of a store that has them.
func begin(store Store, level Isolation) (Txn, error) {
	t, ok := store.(Transactor)
	if !ok {
		return nil, errNoTransactions
	}
	return t.Begin(level)
}

// begin begins the transaction of a step, with its twin if it has one.
func (w *worker) begin(isolation Isolation) (Txn, *twin, error) {
	txn, err := begin(w.store, isolation)
	if err != nil || w.step.Twin == 0 || len(w.script.Clients) == 1 {
		return txn, nil, err
	}
	return txn, beginTwin(w.store, isolation), nil
}

// outlast lets a transaction live on after its twin has ended. If the store has forgotten the transaction together with
// its twin, it then has time to discard what the transaction is checked against, or to compact away what it reads.
func (w *worker) outlast(t *twin) {
	if t != nil {
		w.await(w.step.Twin, outlastYields)
	}
}

// await lets other clients run until the given number of events have happened, yielding at most the given number of
// times.
func (w *worker) await(events, yields int) {
	if len(w.script.Clients) == 1 {
		return
	}
	before := w.rec.Events()
	for range yields {
		if runtime.Gosched(); w.rec.Events() >= before+events {
			return
		}
	}
}

// twin is a transaction that begins right after another one, mostly with the same snapshot, and ends at once. It reads
// and writes nothing and is not recorded, because it must have no observable effect. In a store that runs one
// transaction at a time it cannot begin before the other one has ended, so it runs on a goroutine of its own.
type twin struct{ ended chan *Panic } // nil: without one

// beginTwin begins a twin and gives it time to end.
func beginTwin(store Store, isolation Isolation) *twin {
	t := &twin{make(chan *Panic, 1)}
	go func() {
		var panicked *Panic
		defer func() {
			if v := recover(); v != nil {
				panicked = &Panic{Value: v, Stack: debug.Stack()}
			}
			t.ended <- panicked
		}()
		if txn, err := begin(store, isolation); err == nil {
			txn.Rollback()
		}
	}()
	for yields := 0; len(t.ended) == 0 && yields < lingerYields; yields++ {
		runtime.Gosched()
	}
	return t
}

// wait waits for the twin to end; the other transaction must have ended. If the store panicked in the twin, wait panics
// likewise.
func (t *twin) wait() {
	if t == nil {
		return
	}
	if panicked := <-t.ended; panicked != nil {
		panic(panicked)
	}
}
