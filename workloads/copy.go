package workloads

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// checkpoint copies the running store and reads the copy.
func (w *worker) checkpoint() {
	c, ok := Offers[Checkpointer](w.store)
	if !ok || w.opts.Opener.OpenReadOnly == nil {
		return
	}
	h := w.rec.Call(w.id, history.Op{Kind: history.Checkpoint, Dir: w.step.Dir})
	if err := c.Checkpoint(w.step.Dir); w.copied(h, err) {
		w.readCopy(h)
	}
}

// backup backs up the running store, restores the backup and reads the restored store.
func (w *worker) backup() {
	b, ok := Offers[Backuper](w.store)
	o := &w.opts.Opener
	if !ok || o.OpenReadOnly == nil || o.Restore == nil {
		return
	}
	h := w.rec.Call(w.id, history.Op{Kind: history.Backup, Dir: w.step.Source})
	number, err := b.Backup(w.step.Source)
	w.rec.SetBackup(h, number)
	if !w.copied(h, err) {
		return
	}
	op := history.Op{Kind: history.Restore, Source: w.step.Source, Backup: number, Dir: w.step.Dir}
	err = w.call(op, func() error { return o.Restore(w.step.Source, number, w.step.Dir) })
	if err == nil {
		w.readCopy(h)
	}
}

// readCopy reads the copy made by an operation.
func (w *worker) readCopy(made history.Handle) {
	var reads []history.Read
	err := w.call(history.Op{Kind: history.ReadCopy, Dir: w.step.Dir}, func() (err error) {
		reads, err = w.contents(w.step.Dir)
		return err
	})
	if err == nil {
		w.rec.Found(made, reads)
	}
}

// copied records the outcome of an operation that makes a copy, and reports whether there is a copy to read. The
// operation counts as unanswered until the copy has been read, because only its contents show whether it worked.
func (w *worker) copied(h history.Handle, err error) bool {
	what := history.Unknown
	if err != nil {
		what = outcome(err)
	}
	w.rec.Return(h, nil, what, err)
	return err == nil
}

// errWritable is recorded when a store that was opened read-only accepts a write.
var errWritable = errors.New("workloads: a store that was opened read-only took a write")

// contents reads everything in a store that is opened read-only, and checks that the store refuses writes.
func (w *worker) contents(dir string) (reads []history.Read, err error) {
	store, err := w.opts.Opener.OpenReadOnly(dir)
	if err != nil {
		return nil, fmt.Errorf("open read-only: %w", err)
	}
	var state history.State
	err = ReadAll(store, &state)
	if err == nil {
		write := []history.Write{{Key: []byte("~read-only"), Value: []byte("~read-only")}}
		if wrote := store.Apply(write, history.Sync); wrote == nil {
			err = errWritable
		} else if !errors.Is(wrote, ErrRefused) {
			err = fmt.Errorf("a write to a read-only store: %w", wrote)
		}
	}
	for key, value := range state.All() {
		reads = append(reads, history.Read{Key: key, Value: value, Found: true})
	}
	return reads, errors.Join(err, store.Close())
}
