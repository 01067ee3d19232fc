package keytest

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// Conform moves an iterator and the model over the same entries in parallel: from end to end in both directions, then
// through steps random movements. It returns the first difference. The iterator must not fail, and is not closed.
func Conform(it key.Iterator, entries []Entry, rng *rand.Rand, steps int) error {
	w := walk{it: it, model: NewIterator(entries), rng: rng}
	if it.Valid() {
		return fmt.Errorf("keytest: a new iterator is positioned at %q", it.Key())
	}
	if err := w.ends(); err != nil {
		return err
	}
	for n := range steps {
		name, got, want := w.move()
		if err := w.compare(got, want); err != nil {
			return fmt.Errorf("keytest: movement %d, %s: %w", n, name, err)
		}
	}
	return nil
}

type walk struct {
	it    key.Iterator
	model *Iterator
	rng   *rand.Rand
}

// ends walks over everything forward and backward.
func (w *walk) ends() error {
	for got, want := w.it.First(), w.model.First(); want || got; got, want = w.it.Next(), w.model.Next() {
		if err := w.compare(got, want); err != nil {
			return fmt.Errorf("keytest: First, Next, ...: %w", err)
		}
	}
	for got, want := w.it.Last(), w.model.Last(); want || got; got, want = w.it.Prev(), w.model.Prev() {
		if err := w.compare(got, want); err != nil {
			return fmt.Errorf("keytest: Last, Prev, ...: %w", err)
		}
	}
	return w.compare(w.it.Valid(), false)
}

// move makes one random movement of both. Most are single steps, so that a walk gets far from where a seek left it.
func (w *walk) move() (name string, got, want bool) {
	switch n := w.rng.IntN(16); {
	case n < 5:
		return "Next", w.it.Next(), w.model.Next()
	case n < 10:
		return "Prev", w.it.Prev(), w.model.Prev()
	case n == 10:
		return "First", w.it.First(), w.model.First()
	case n == 11:
		return "Last", w.it.Last(), w.model.Last()
	case n < 14:
		user, seq := w.target()
		name = fmt.Sprintf("SeekGE(%q, %d)", user, seq)
		return name, w.it.SeekGE(user, seq), w.model.SeekGE(user, seq)
	default:
		user, _ := w.target()
		return fmt.Sprintf("SeekLT(%q)", user), w.it.SeekLT(user), w.model.SeekLT(user)
	}
}

// target picks a key that exists, or one right next to it, and a sequence number close to its own.
func (w *walk) target() ([]byte, key.Seq) {
	if len(w.model.entries) == 0 {
		return []byte("k"), key.MaxSeq
	}
	e := w.model.entries[w.rng.IntN(len(w.model.entries))]
	user := bytes.Clone(e.Key)
	switch w.rng.IntN(4) {
	case 0:
		user = append(user, byte(w.rng.UintN(256)))
	case 1:
		user = user[:w.rng.IntN(len(user)+1)]
	}
	switch seq := e.Trailer.Seq(); w.rng.IntN(4) {
	case 0:
		return user, key.MaxSeq
	case 1:
		return user, min(seq+1, key.MaxSeq)
	case 2:
		return user, max(seq, 1) - 1
	default:
		return user, seq
	}
}

// compare describes how the iterator differs from the model after a movement that returned got and should have returned
// want.
func (w *walk) compare(got, want bool) error {
	if err := w.it.Error(); err != nil {
		return fmt.Errorf("broke: %w", err)
	}
	if got != want || w.it.Valid() != want {
		return fmt.Errorf("returned %t, Valid %t, want %t", got, w.it.Valid(), want)
	}
	if !want {
		return nil
	}
	if !bytes.Equal(w.it.Key(), w.model.Key()) || w.it.Trailer() != w.model.Trailer() {
		return fmt.Errorf("at %q #%d, want %q #%d",
			w.it.Key(), w.it.Trailer(), w.model.Key(), w.model.Trailer())
	}
	if !bytes.Equal(w.it.Value(), w.model.Value()) {
		return fmt.Errorf("value of %q #%d: %.40q, want %.40q",
			w.it.Key(), w.it.Trailer(), w.it.Value(), w.model.Value())
	}
	return nil
}
