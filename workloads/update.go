package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// CompareAndSetter is implemented by stores that can write a key on condition of its current value. In other stores a
// serializable transaction does it.
type CompareAndSetter interface {
	// CompareAndSet commits w if its key holds want, or is absent if want is nil; otherwise done is false. It returns
	// the place of the commit if the store is a Sequencer, and 0 otherwise.
	CompareAndSet(want []byte, w history.Write, d history.Durability) (done bool, seq uint64, err error)
}

// Update is a write of a register that depends on its current value: a compare-and-set against the value that the
// client read before, an increment, or an append. For the last two, a transaction reads the value.
type Update struct {
	Absent bool   // the compare-and-set expects an absent register, and the client does not read it first
	Name   string // of the step; the value is named after it
}

// updateBytesMax is the length in bytes from which on an append starts the register anew.
const updateBytesMax = 600

// drawUpdate draws a step that updates a register.
func drawUpdate(rng *rand.Rand, key []byte, name string, d history.Durability) Step {
	kinds := [...]history.Kind{history.CAS, history.CAS, history.Increment, history.Append}
	return Step{
		Kind: kinds[rng.IntN(len(kinds))], Keys: [][]byte{key}, Durability: d,
		Update: &Update{Absent: rng.IntN(4) == 0, Name: name},
	}
}

// update updates the register of the step, retrying while that conflicts.
func (w *worker) update() {
	for attempt := range w.opts.Attempts {
		name := w.step.Update.Name + "." + strconv.Itoa(attempt)
		var err error
		if w.step.Kind == history.CAS {
			err = w.compareAndSet(value(w.script.Seed, name, w.script.Size.ValueBytes))
		} else {
			err = w.modify(name)
		}
		if !errors.Is(err, ErrConflict) {
			return
		}
	}
}

// compareAndSet reads the register, and writes it if it is still unchanged.
func (w *worker) compareAndSet(to []byte) error {
	seen := history.Read{Key: w.step.Keys[0]}
	if !w.step.Update.Absent {
		h := w.rec.Call(w.id, history.Op{Kind: history.Get})
		reads, err := appendGet(nil, w.store, seen.Key)
		if w.rec.Return(h, reads, outcome(err), err); err != nil {
			return err
		}
		seen = reads[0]
	}
	write := history.Write{Key: seen.Key, Value: to}
	h := w.rec.Call(w.id, history.Op{
		Kind: history.CAS, If: []history.Read{seen}, Writes: []history.Write{write}, Durability: w.step.Durability,
	})
	done, err := w.setIf(h, seen, write)
	if err == nil && !done {
		w.rec.SetMissed(h)
	}
	w.rec.Return(h, nil, outcome(err), plain(err, ErrConflict))
	return err
}

// setIf lets the store compare and set.
func (w *worker) setIf(h history.Handle, seen history.Read, write history.Write) (done bool, err error) {
	if s, ok := w.store.(CompareAndSetter); ok {
		want := seen.Value
		if seen.Found && want == nil {
			want = []byte{}
		}
		var seq uint64
		done, seq, err = s.CompareAndSet(want, write, w.step.Durability)
		if _, sequenced := w.store.(Sequencer); sequenced {
			w.rec.SetSeq(h, seq)
		}
		return done, err
	}
	err = w.inTxn(h, func(txn Txn) (bool, error) {
		w.linger()
		held, found, err := txn.Get(write.Key)
		if done = found == seen.Found && bytes.Equal(held, seen.Value); err != nil || !done {
			return false, err
		}
		return true, txn.Put(write.Key, write.Value)
	})
	return done, err
}

// modify derives a new value from the current one: a number that is one larger, or a longer text. The name makes the
// value unique.
func (w *worker) modify(name string) error {
	h := w.rec.Call(w.id, history.Op{Kind: w.step.Kind, Durability: w.step.Durability})
	var reads []history.Read
	err := w.inTxn(h, func(txn Txn) (_ bool, err error) {
		if reads, err = appendGet(nil, txn, w.step.Keys[0]); err != nil {
			return false, err
		}
		w.linger()
		write := history.Write{Key: reads[0].Key, Value: added(reads[0].Value, name, w.script.Size.Largest.Value(updateBytesMax))}
		if w.step.Kind == history.Increment {
			write.Value = incremented(reads[0].Value, name)
		}
		w.rec.SetWrites(h, []history.Write{write})
		return true, txn.Put(write.Key, write.Value)
	})
	w.rec.Return(h, reads, outcome(err), plain(err, ErrConflict))
	return err
}

// incremented returns the number at the beginning of held plus one, followed by name.
func incremented(held []byte, name string) []byte {
	number, _, _ := bytes.Cut(held, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		n = 0
	}
	return fmt.Appendf(nil, "%d %s", n+1, name)
}

// added returns held with name appended. It starts anew if the result would exceed longest bytes.
func added(held []byte, name string, longest int) []byte {
	if len(held)+1+len(name) > longest {
		held = nil
	}
	return fmt.Appendf(bytes.Clone(held), "+%s", name)
}

// inTxn runs do in a serializable transaction, which it commits if do returns true.
func (w *worker) inTxn(h history.Handle, do func(Txn) (bool, error)) error {
	txn, err := begin(w.store, Serializable)
	if err != nil {
		return err
	}
	commits, err := do(txn)
	if err != nil || !commits {
		txn.Rollback()
		return err
	}
	err = txn.Commit(w.step.Durability)
	if _, ok := w.store.(Sequencer); ok {
		w.rec.SetSeq(h, txn.(SequencedTxn).Seq())
	}
	return err
}
