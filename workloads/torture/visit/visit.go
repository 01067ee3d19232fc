package visit

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Visitor is a client of a store that has just recovered. It writes enough to produce a log, a table and a manifest edit on
// top of what the crash left. The same visitor may write to a store in several lives; what it wrote in earlier ones is not
// judged.
type Visitor struct {
	floor []byte
	seed  uint64
	piles bool
}

// New returns a visitor. floor comes from After, or from the Floor of a visitor of an earlier life. The keys that the
// visitor writes begin with floor; in a log, they are not less than floor. The seed becomes part of the values that it
// writes.
func New(floor []byte, seed uint64) *Visitor { return &Visitor{floor: floor, seed: seed} }

// Floor returns the first key that the visitor may have written. It is empty if the store is a log that was not visited yet.
func (v *Visitor) Floor() []byte { return v.floor }

// PilesUp reports whether the writes of the visitor accumulate over its visits: the store is a log that cannot truncate its
// end.
func (v *Visitor) PilesUp() bool { return v.piles }

// After returns the prefix of the keys that are written after a recovery. They sort after all keys of the script. It is empty
// for a log, which continues where it ends.
func After(target *contract.Target, script *workloads.Script) []byte {
	const after = "~after"
	if target.IsLog() {
		return nil
	}
	if last := script.LastKey(); string(last) >= after {
		return append(bytes.Clone(last), after...)
	}
	return []byte(after)
}

// Forget removes what the visitor wrote in earlier lives from a state.
func (v *Visitor) Forget(state *history.State) {
	if len(v.floor) > 0 {
		state.CutAt(v.floor)
	}
}

// Visit writes to a store.
func (v *Visitor) Visit(store workloads.Store, rec *history.Recorder) error {
	if l, ok := workloads.LogOf(store); ok {
		return v.visitLog(l, rec)
	}
	put := func(i int, d history.Durability) error {
		w := []history.Write{{Key: fmt.Appendf(nil, "%s%d", v.floor, i), Value: fmt.Appendf(nil, "after %d %d", v.seed, i)}}
		op := history.Op{Kind: history.Put, Writes: w, Durability: d}
		return do(rec, op, func() error { return store.Apply(w, d) })
	}
	err := errors.Join(put(0, history.NoSync), put(1, history.Sync))
	if m, ok := store.(workloads.Maintainer); ok {
		err = errors.Join(err, do(rec, history.Op{Kind: history.Flush}, m.Flush))
	}
	return errors.Join(err, put(2, history.Sync))
}

// do records an operation of a visitor.
func do(rec *history.Recorder, op history.Op, call func() error) error {
	handle := rec.Call(0, op)
	err := call()
	outcome := history.Acked
	if err != nil {
		outcome = history.Unknown
	}
	rec.Return(handle, nil, outcome, err)
	return err
}

// visitLog truncates what the visitor appended in earlier lives, so that the log does not grow, and then appends, truncates,
// and appends again.
func (v *Visitor) visitLog(l appendlog.Log, rec *history.Recorder) error {
	first, last, err := appendlog.Ends(l)
	if err != nil {
		return err
	}
	back, cuts := l.(appendlog.BackTruncater)
	v.piles = v.piles || !cuts
	if end := history.EntryKey(last + 1); len(v.floor) == 0 || bytes.Compare(end, v.floor) < 0 {
		v.floor = end
	}
	floor, _ := history.EntryIndex(v.floor)
	truncate := func(from uint64) error {
		op := history.Op{Kind: history.TruncateBack, Durability: history.Sync}
		for i := from; i <= last; i++ {
			op.Writes = append(op.Writes, history.Write{Key: history.EntryKey(i), Delete: true})
		}
		last = from - 1
		return do(rec, op, func() error { return back.TruncateBack(from, history.Sync) })
	}
	appendTo := func(text string, n uint64, d history.Durability) error {
		op := history.Op{Kind: history.AppendEntries, Durability: d}
		var entries []appendlog.Entry
		for range n {
			last++
			e := appendlog.Entry{Index: last, Data: fmt.Appendf(nil, "%s %d %d", text, v.seed, last)}
			entries = append(entries, e)
			op.Writes = append(op.Writes, history.Write{Key: history.EntryKey(e.Index), Value: e.Data})
		}
		return do(rec, op, func() error { return l.Append(entries, d) })
	}
	if from := max(floor, first+1); cuts && from <= last { // keep one entry: not every log may be emptied
		err = truncate(from)
	}
	err = errors.Join(err, appendTo("after", 1, history.NoSync), appendTo("after", 2, history.Sync))
	if cuts && err == nil {
		err = truncate(last)
	}
	return errors.Join(err, appendTo("and again", 1, history.Sync))
}
