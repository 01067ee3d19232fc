package lightning

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/refusals"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// accountant is a store that keeps a book of what it did and compares the engine's own figures with it. It commits
// synced writes in transactions run by Update, which retries after a conflict.
type accountant struct {
	*store
	env     torture.Env
	options engine.Options
	book    *accounts.Book
	batch   engine.Batch // reused by every commit that is not a transaction
}

func openAccountant(env torture.Env) (workloads.Store, func() error, error) {
	o, err := optionsIn(env)
	if err != nil {
		return nil, nil, err
	}
	book := &accounts.Book{}
	o.EventListener, o.Clock = book.Listener(), book.Clock()
	o.EnsureDefaults()
	db, err := engine.Open(env.Dir, o)
	if err != nil {
		return nil, nil, translate(err)
	}
	a := &accountant{store: &store{db: db, dir: env.Dir, options: o}, env: env, options: o, book: book}
	return a, a.account, nil
}

// account compares the figures of an open store with the book.
func (a *accountant) account() error {
	if err := refusals.Open(a.db); err != nil {
		return err
	}
	return translate(accounts.Open(a.db, a.env.Dir, a.book, a.options))
}

func (a *accountant) Apply(writes []history.Write, d history.Durability) error {
	apply := a.apply
	if d == history.Sync {
		apply, writes = a.update, latest(writes)
	}
	err := apply(writes, d)
	if err == nil && len(writes) > 0 {
		if a.book.Commit(len(writes), sizeOf(writes)); d == history.Sync {
			a.book.Synced()
		}
	}
	return err
}

// apply commits writes in a batch that was used before.
func (a *accountant) apply(writes []history.Write, d history.Durability) error {
	before := a.batch.Seq()
	a.batch.Reset()
	if a.batch.Len() != 0 || a.batch.Seq() != 0 {
		return fmt.Errorf("%w: after Reset, a batch has %d writes and sequence number %d", accounts.ErrWrong, a.batch.Len(), a.batch.Seq())
	}
	add(&a.batch, writes)
	if err := a.db.Apply(&a.batch, durability(d)); err != nil {
		return translate(err)
	}
	if n := a.batch.Len(); n != len(writes) || n > 0 && a.batch.Seq() <= before {
		return fmt.Errorf("%w: a batch of %d writes has %d writes and sequence number %d, after %d", accounts.ErrWrong, len(writes), n, a.batch.Seq(), before)
	}
	return nil
}

func sizeOf(writes []history.Write) (n int) {
	for _, w := range writes {
		n += len(w.Key) + len(w.Value)
	}
	return n
}

// latest returns the last write of each key, because a transaction commits only that one.
func latest(writes []history.Write) (last []history.Write) {
	for i, w := range writes {
		if !slices.ContainsFunc(writes[i+1:], func(later history.Write) bool { return bytes.Equal(later.Key, w.Key) }) {
			last = append(last, w)
		}
	}
	return last
}

// errGivenUp makes Update abandon its transaction.
var errGivenUp = errors.New("lightning: given up")

// update commits writes in a transaction. It first abandons one with the same writes. Then the first attempt of the
// real transaction loses to a conflicting commit that changes nothing, and the second must succeed.
func (a *accountant) update(writes []history.Write, _ history.Durability) error {
	put := func(t *engine.Txn) (err error) {
		for _, w := range writes {
			if w.Delete {
				err = errors.Join(err, t.Delete(w.Key))
			} else {
				err = errors.Join(err, t.Put(w.Key, w.Value))
			}
		}
		return err
	}
	givenUp := a.db.Update(func(t *engine.Txn) error { return errors.Join(put(t), errGivenUp) })
	if !errors.Is(givenUp, errGivenUp) {
		return fmt.Errorf("%w: an abandoned transaction ends with %w", accounts.ErrWrong, givenUp)
	}
	attempts := 0
	err := a.db.Update(func(t *engine.Txn) error {
		if attempts++; attempts == 1 {
			if err := a.interfere(t, writes[0].Key); err != nil {
				return err
			}
		}
		return put(t)
	})
	if err != nil || attempts != 2 {
		return fmt.Errorf("%w: an update with one conflict took %d attempts: %w", accounts.ErrWrong, attempts, err)
	}
	a.book.Conflict()
	return translate(errors.Join(a.db.View(func(t *engine.Txn) error { return shows(t, writes) }), a.streams(writes)))
}

// streams reads the written values back in pieces, from the end to the start.
func (a *accountant) streams(writes []history.Write) error {
	for _, w := range writes {
		r, err := a.db.GetReader(w.Key)
		if w.Delete && errors.Is(err, engine.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if n := r.Len(); n != int64(len(w.Value)) {
			err = fmt.Errorf("%w: the reader of %q has %d bytes, but %d were written", accounts.ErrWrong, w.Key, n, len(w.Value))
		}
		for at := int64(len(w.Value)); at > 0 && err == nil; {
			piece := make([]byte, min(at, streamPiece))
			at -= int64(len(piece))
			var from int64
			from, err = r.Seek(at-int64(len(w.Value)), io.SeekEnd)
			if _, failed := io.ReadFull(r, piece); failed != nil || from != at || !bytes.Equal(piece, w.Value[at:at+int64(len(piece))]) {
				err = errors.Join(err, fmt.Errorf("%w: %d bytes of %q at offset %d differ from what was written: %w", accounts.ErrWrong, len(piece), w.Key, from, failed))
			}
		}
		if err = errors.Join(err, r.Close(), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

const streamPiece = 300 // bytes

// interfere reads a key in the transaction and then commits the value that the key already has, which causes a
// conflict.
func (a *accountant) interfere(t *engine.Txn, key []byte) error {
	w := history.Write{Key: key}
	value, err := t.Get(key)
	if errors.Is(err, engine.ErrNotFound) {
		w.Delete = true
	} else if err != nil {
		return err
	}
	w.Value = value
	err = a.store.Apply([]history.Write{w}, history.NoSync)
	if err == nil {
		a.book.Commit(1, len(w.Key)+len(w.Value))
	}
	return err
}

// shows returns an error unless the transaction reads what was written.
func shows(t *engine.Txn, writes []history.Write) error {
	for _, w := range writes {
		value, found, err := found(t.Get(w.Key))
		if err == nil && (found == w.Delete || !bytes.Equal(value, w.Value)) {
			err = fmt.Errorf("%w: %q is %.40q (found: %t) after being updated to %.40q", accounts.ErrWrong, w.Key, value, found, w.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *accountant) DeleteRange(from, to []byte, d history.Durability) error {
	err := a.store.DeleteRange(from, to, d)
	if err == nil {
		a.book.Commit(1, len(from)+len(to))
	}
	return err
}

// Compact compacts the store and checks what is left. No snapshot or iterator is open, so only live data may remain.
func (a *accountant) Compact() error {
	before := a.book.Whole()
	if err := a.store.Compact(); err != nil {
		return err
	}
	return translate(accounts.Compacted(a.db, a.book.Whole() > before))
}

// Close checks a checkpoint of the store, closes the store, and checks that every later call is refused.
func (a *accountant) Close() error {
	copied := a.env.Dir + "-accounts-copy"
	if err := a.store.Checkpoint(copied); err != nil {
		return err
	}
	if err := accounts.Checkpointed(a.env.FS, copied, a.book); err != nil {
		return err
	}
	if err := a.store.Close(); err != nil {
		return err
	}
	return errors.Join(
		refusals.Closed(a.db), refusals.Options(a.env.Dir, a.options), refusals.Files(a.env.Dir, a.options), refusals.Twice(a.options),
	)
}
