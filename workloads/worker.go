package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// worker executes the steps of one client.
type worker struct {
	*driver
	id     int
	step   *Step
	store  Store // the store that the step acts on
	inside bool  // the store stays open until the worker leaves
	opened []*opened
}

// do sends the step to the store and records the answer.
func (w *worker) do() {
	s := w.step
	if s.Log != nil {
		w.onLog()
		return
	}
	switch s.Kind {
	case history.Put, history.Delete, history.Batch:
		switch {
		case s.Fill != nil:
			w.fill()
		case !w.ingest():
			w.write()
		}
	case history.Get:
		w.get()
	case history.Scan:
		w.read(w.scan)
	case history.Snapshot:
		switch {
		case !hasViews(w.store):
		case len(s.Moves) > 0:
			w.keep(w.openSnapshot)
		default:
			w.read(w.snapshot)
		}
	case history.Cursor:
		if _, ok := w.store.(CursorMaker); ok {
			w.keep(w.openCursor)
		}
	case history.Txn:
		w.transact()
	case history.CAS, history.Increment, history.Append:
		w.update()
	case history.Flush, history.Compact, history.Barrier, history.Inspect:
		w.maintain()
	case history.Checkpoint:
		w.checkpoint()
	case history.Backup:
		w.backup()
	case history.SecondOpen:
		w.openSecond()
	default:
		panic(fmt.Sprintf("workloads: a script asks for %v", s.Kind))
	}
	w.readOn()
}

func (w *worker) get() {
	if _, ok := w.store.(Streamer); ok && w.step.Stream {
		w.keep(w.openStream)
		return
	}
	w.read(func() ([]history.Read, error) { return appendGet(nil, w.store, w.step.Keys[0]) })
}

func (w *worker) write() {
	s := w.step
	if _, deletes := w.store.(RangeDeleter); w.opts.OneByOne && len(s.Writes) > 1 && !(s.Range && deletes) {
		w.writeOneByOne()
		return
	}
	h := w.rec.Call(w.id, history.Op{Kind: s.Kind, Writes: s.Writes, Durability: s.Durability})
	err := plain(w.apply(h), ErrTooLarge)
	w.rec.Return(h, nil, outcome(err), err)
}

// writeOneByOne commits each write of the step as an operation of its own, up to the first that fails.
func (w *worker) writeOneByOne() {
	for _, write := range w.step.Writes {
		op := history.Op{Kind: history.Put, Writes: []history.Write{write}, Durability: w.step.Durability}
		if write.Delete {
			op.Kind = history.Delete
		}
		h := w.rec.Call(w.id, op)
		err := plain(w.commit(h, op.Writes), ErrTooLarge)
		if w.rec.Return(h, nil, outcome(err), err); err != nil {
			return
		}
	}
}

// apply commits the writes of the step. The history records a range deletion as a deletion of each key in the range,
// however the store is called.
func (w *worker) apply(h history.Handle) error {
	s := w.step
	if s.Before+s.After > 0 {
		return w.applyRange(h)
	}
	if q, ok := w.store.(Sequencer); ok && s.Range {
		seq, err := q.DeleteRangeSeq(s.From, s.To, s.Durability)
		w.rec.SetSeq(h, seq)
		return err
	}
	if r, ok := w.store.(RangeDeleter); ok && s.Range {
		return r.DeleteRange(s.From, s.To, s.Durability)
	}
	return w.commit(h, s.Writes)
}

// commit commits the writes atomically.
func (w *worker) commit(h history.Handle, writes []history.Write) error {
	return lend(writes, func(lent []history.Write) error {
		q, ok := w.store.(Sequencer)
		if !ok {
			return w.store.Apply(lent, w.step.Durability)
		}
		seq, err := q.ApplySeq(lent, w.step.Durability)
		w.rec.SetSeq(h, seq)
		return err
	})
}

// applyRange commits a batch with a range deletion, and with the writes before and after it.
func (w *worker) applyRange(h history.Handle) error {
	s := w.step
	b, ok := w.store.(RangeBatcher)
	q, sequenced := w.store.(Sequencer)
	switch {
	case ok:
		end := len(s.Writes) - s.After
		seq, err := b.ApplyRange(RangeBatch{Before: s.Writes[:s.Before], From: s.From, To: s.To, After: s.Writes[end:]}, s.Durability)
		if sequenced {
			w.rec.SetSeq(h, seq)
		}
		return err
	case sequenced:
		seq, err := q.ApplySeq(s.Writes, s.Durability)
		w.rec.SetSeq(h, seq)
		return err
	}
	return w.store.Apply(s.Writes, s.Durability)
}

// read records what the store showed, and nothing of a read that failed halfway.
func (w *worker) read(from func() ([]history.Read, error)) {
	h := w.rec.Call(w.id, history.Op{Kind: w.step.Kind, ScanFrom: w.step.From, ScanTo: w.step.To})
	reads, err := from()
	if err != nil {
		reads = nil
	}
	w.rec.Return(h, reads, outcome(err), err)
}

// scanLingers is the number of pairs between pauses of a lingering scan. It also pauses after the first pair.
const scanLingers = 16

func (w *worker) scan() (reads []history.Read, err error) {
	if maker, ok := w.store.(CursorMaker); ok && w.step.Backward {
		return w.scanBackward(maker)
	}
	err = w.store.Scan(w.step.From, w.step.To, func(key, value []byte) bool {
		if n := len(reads); n == 1 || n == scanLingers {
			w.linger() // the rest of what the scan reads may be compacted away meanwhile
		}
		reads = append(reads, history.Read{Key: bytes.Clone(key), Value: bytes.Clone(value), Found: true})
		return true
	})
	return reads, err
}

// scanBackward reads a range from its end. The history has it in key order, like any scan.
func (w *worker) scanBackward(maker CursorMaker) (reads []history.Read, err error) {
	c, err := maker.NewCursor(Bounds{From: w.step.From, To: w.step.To})
	if err != nil {
		return nil, err
	}
	for ok := c.Last(); ok; ok = c.Prev() {
		if n := len(reads); n == 1 || n == scanLingers {
			w.linger()
		}
		reads = append(reads, history.Read{Key: bytes.Clone(c.Key()), Value: bytes.Clone(c.Value()), Found: true, By: "backward"})
	}
	slices.Reverse(reads)
	return reads, errors.Join(c.Error(), c.Close())
}

// maintain makes a call that neither reads nor writes, if the store supports it.
func (w *worker) maintain() {
	call := w.maintenance()
	if call == nil {
		return
	}
	h := w.rec.Call(w.id, history.Op{Kind: w.step.Kind})
	err := call()
	w.rec.Return(h, nil, outcome(err), err)
}

func (w *worker) maintenance() func() error {
	switch w.step.Kind {
	case history.Flush:
		if m, ok := Offers[Maintainer](w.store); ok {
			return m.Flush
		}
	case history.Compact:
		if m, ok := Offers[Maintainer](w.store); ok {
			return m.Compact
		}
	case history.Barrier:
		if s, ok := Offers[Syncer](w.store); ok {
			return s.Sync
		}
	case history.Inspect:
		if i, ok := Offers[Inspector](w.store); ok {
			return i.Inspect
		}
	default:
	}
	return nil
}

// transact runs a transaction, retrying while it conflicts.
func (w *worker) transact() {
	for attempt := range w.opts.Attempts {
		h := w.rec.Call(w.id, history.Op{
			Kind: history.Txn, Durability: w.step.Durability, Isolation: w.step.Isolation.recorded(),
		})
		reads, err := w.attempt(h, attempt)
		if errors.Is(err, errGivenUp) {
			w.rec.Return(h, reads, history.Rejected, nil)
			return
		}
		w.rec.Return(h, reads, outcome(err), plain(err, ErrConflict))
		if !errors.Is(err, ErrConflict) {
			return
		}
	}
}

// errGivenUp ends a transaction that its client rolls back.
var errGivenUp = errors.New("workloads: rolled back by the client")

func (w *worker) attempt(h history.Handle, attempt int) (reads []history.Read, err error) {
	txn, twin, err := w.begin(w.step.Isolation)
	if err != nil {
		return nil, err
	}
	reads, err = w.within(txn, twin, h, attempt)
	twin.wait() // NB: not after a panic, which leaves open a transaction that the twin may wait for
	return reads, err
}

// within executes a transaction that has begun, and ends it.
func (w *worker) within(txn Txn, twin *twin, h history.Handle, attempt int) (reads []history.Read, err error) {
	rollback := false
	switch s := w.step; {
	case s.Appending != nil:
		rollback = s.Appending.Rollback
		reads, err = w.appending(h, txn, attempt)
	case s.Swapping != nil:
		rollback = s.Swapping.Rollback
		reads, err = w.swapping(h, txn, attempt)
	default:
		reads, err = w.transfer(h, txn, attempt)
	}
	if err == nil && attempt == 0 { // only the first attempt may end in a conflict; a retry should not
		w.outlast(twin)
	}
	if err == nil && rollback {
		err = errGivenUp
	}
	if err != nil {
		txn.Rollback()
		return reads, err
	}
	err = txn.Commit(w.step.Durability)
	if _, ok := w.store.(Sequencer); ok { // a wrapper around a Sequencer does not count, because its other commits have no sequence numbers
		w.rec.SetSeq(h, txn.(SequencedTxn).Seq())
	}
	return reads, err
}
