package workloads

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
)

// Dials of lingering.
const (
	lingerEvents   = 2    // somebody's call was answered, and maybe another one made
	lingerYields   = 300  // so often a client lets the others run, at most
	outlastDoubled = 6    // a transaction goes on without its twin for 4 events, or up to five times twice as many
	outlastYields  = 3000 // so often it lets the others run meanwhile, at most
	twinEach       = 8    // later transactions and snapshots of a client there are to one that has a twin
)

// drawTwin draws whether the transaction of a step has a twin, and for how long it outlasts it. Of the first steps of clients half
// have one: they outlast those that the other clients begin with, too, and the store has not yet heard of any other.
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

// linger waits between two calls of a transaction until other clients have got on, if the step says so. Between calls
// that never wait for a disk they would hardly ever meet, and what a store does wrong when transactions overlap would not
// show.
func (w *worker) linger() {
	if w.step.Lingers {
		w.await(lingerEvents, lingerYields)
	}
}

// errNoTransactions is the error of a store that is asked for a transaction and has none.
var errNoTransactions = errors.New("workloads: the store is no Transactor, and its target promises Transactions")

// begin starts a transaction of a store that has them.
func begin(store Store, level Isolation) (Txn, error) {
	t, ok := store.(Transactor)
	if !ok {
		return nil, errNoTransactions
	}
	return t.Begin(level)
}

// begin begins the transaction of a step, and its twin if it has one.
func (w *worker) begin(isolation Isolation) (Txn, *twin, error) {
	txn, err := begin(w.store, isolation)
	if err != nil || w.step.Twin == 0 || len(w.script.Clients) == 1 {
		return txn, nil, err
	}
	return txn, beginTwin(w.store, isolation), nil
}

// outlast waits until a store that has forgotten a transaction together with its twin has had reasons to act on it: it may have
// forgotten what the transaction must be checked against, or have compacted away what it reads.
func (w *worker) outlast(t *twin) {
	if t != nil {
		w.await(w.step.Twin, outlastYields)
	}
}

// await lets the other clients run until there were so many events, or until it has let them run so often.
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

// twin is a transaction that begins right after another one, mostly with the same snapshot, and ends at once. It reads and writes
// nothing, and no history has it: nobody may notice that it was there. In a store that runs one transaction at a time it
// begins when the other one has ended, so it has a goroutine of its own.
type twin struct{ ended chan *Panic } // nil: without one

// beginTwin begins a twin and gives it the time to end.
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

// wait waits for the end of a twin; the other transaction has ended. It panics as the store did in the twin.
func (t *twin) wait() {
	if t == nil {
		return
	}
	if panicked := <-t.ended; panicked != nil {
		panic(panicked)
	}
}
