package workloads

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// onLog applies a step to a log. The effect depends on where the log ends at that time; the history records the
// indexes.
func (w *worker) onLog() {
	l, ok := LogOf(w.store)
	if !ok {
		return
	}
	switch s := w.step; {
	case s.Kind == history.FirstIndex, s.Kind == history.LastIndex:
		w.readEnd(l)
	case s.Kind == history.Get && s.Log.Key != "":
		w.step = &Step{Kind: history.Get, Keys: [][]byte{[]byte(s.Log.Key)}}
		w.get()
		w.step = s
	case s.Kind == history.Get:
		w.readEntries(l)
	default:
		w.changeLog(l)
	}
}

// readEnd asks for the first or the last index. The answer also says that there are no entries beyond it.
func (w *worker) readEnd(l appendlog.Log) {
	h := w.rec.Call(w.id, history.Op{Kind: w.step.Kind})
	from, to := history.EntryKey(0), history.EntriesEnd()
	var index uint64
	var err error
	if w.step.Kind == history.FirstIndex {
		if index, err = l.First(); index > 0 {
			to = history.EntryKey(index)
		}
	} else {
		index, err = l.Last()
		from = history.EntryKey(index + 1)
	}
	w.rec.SetRange(h, from, to)
	w.rec.Return(h, nil, outcome(err), err)
}

// readEntries reads some entries one by one, while others may change the log.
func (w *worker) readEntries(l appendlog.Log) {
	first, err := l.First()
	last, err2 := l.Last()
	if err := errors.Join(err, err2); err != nil {
		w.fails(history.Get, err)
		return
	}
	if last+1 < first { // the two ends were read at different times
		last = first - 1
	}
	at := w.step.Log.At.Of(max(first, 1), last)
	for i := range uint64(w.step.Log.Reads) {
		if i > 0 {
			if l, err = w.logNow(); err != nil {
				return
			}
		}
		h := w.rec.Call(w.id, history.Op{Kind: history.Get})
		data, found, err := l.Entry(at + i)
		read := []history.Read{{Key: history.EntryKey(at + i), Value: data, Found: found}}
		if err != nil {
			read = nil
		}
		w.rec.Return(h, read, outcome(err), err)
	}
}

// logNow returns the currently open log. A step asks for it before each operation but the first, because another client
// may have closed and reopened it.
func (w *worker) logNow() (appendlog.Log, error) {
	if !w.inside {
		s := &w.session
		s.mu.RLock()
		defer s.mu.RUnlock()
		if s.store == nil {
			return nil, s.err
		}
		w.store = s.store
	}
	l, _ := LogOf(w.store)
	return l, nil
}

// fails records an operation that could not begin because the log did not report its ends.
func (w *worker) fails(kind history.Kind, err error) {
	h := w.rec.Call(w.id, history.Op{Kind: kind})
	w.rec.Return(h, nil, outcome(err), err)
}

// changeLog appends, truncates or sets a value. Only one client at a time does so, as the interface of logs requires.
func (w *worker) changeLog(l appendlog.Log) {
	t := &w.tail
	t.Lock()
	defer t.Unlock()
	first, last, err := t.Look(l)
	if err != nil {
		w.fails(w.step.Kind, err)
		return
	}
	switch s := w.step; s.Kind {
	case history.AppendEntries:
		if s.Log.Block > 0 {
			w.fillLog(l, first, last)
			return
		}
		w.appendTo(l, first, last, s.Log.Name, s.Log.Sizes)
	case history.TruncateFront:
		w.truncateFront(l, first, last)
	case history.TruncateBack:
		w.truncateBack(l, first, last)
	default:
		w.setValue(l)
	}
}

// change records a change of the log and reports whether it was acknowledged.
func (w *worker) change(kind history.Kind, writes []history.Write, do func() error) bool {
	h := w.rec.Call(w.id, history.Op{Kind: kind, Writes: writes, Durability: w.step.Durability})
	err := plain(do(), ErrTooLarge)
	w.rec.Return(h, nil, outcome(err), err)
	return err == nil
}

// appendTo appends one entry per size to a log with the given ends. The contents are derived from name. It returns the
// last index and whether the append was acknowledged.
func (w *worker) appendTo(l appendlog.Log, first, last uint64, name string, sizes []int) (uint64, bool) {
	next := w.tail.Next(l, first, last, w.step.Log.Skip)
	var entries []appendlog.Entry
	var writes []history.Write
	for i, size := range sizes {
		if before, ok := w.tail.Size(next + uint64(i)); ok && w.step.Log.Again {
			size = before
		}
		e := appendlog.Entry{Index: next + uint64(i), Data: w.script.entry(name, i, size)}
		entries = append(entries, e)
		writes = append(writes, history.Write{Key: history.EntryKey(e.Index), Value: e.Data})
	}
	end := next + uint64(len(sizes)) - 1
	w.tail.Appending(entries)
	acked := w.change(history.AppendEntries, writes, func() error { return l.Append(entries, w.step.Durability) })
	if acked {
		w.tail.Appended(end)
	}
	return end, acked
}

func (w *worker) truncateFront(l appendlog.Log, first, last uint64) {
	f, ok := l.(appendlog.FrontTruncater)
	if !ok {
		return
	}
	keep := w.step.Log.At.Of(max(first, 1), last)
	if w.change(history.TruncateFront, w.tail.Front(keep), func() error {
		err := f.TruncateFront(keep, w.step.Durability)
		return outOfRange(err, keep <= first || keep > last, first, last)
	}) {
		w.tail.CutFront(keep)
	}
}

func (w *worker) truncateBack(l appendlog.Log, first, last uint64) {
	b, ok := l.(appendlog.BackTruncater)
	if !ok {
		return
	}
	from := w.step.Log.At.Of(max(first, 1), last)
	if !w.change(history.TruncateBack, w.tail.Back(from), func() error {
		err := b.TruncateBack(from, w.step.Durability)
		return outOfRange(err, from <= first || from > last, first, last)
	}) {
		return
	}
	w.tail.CutBack(first, from)
	if len(w.step.Log.Sizes) == 0 {
		return
	}
	l, err := w.logNow()
	if err != nil {
		return
	}
	if first, last, err = w.tail.Look(l); err != nil {
		w.fails(history.AppendEntries, err)
		return
	}
	w.appendTo(l, first, last, w.step.Log.Name, w.step.Log.Sizes)
}

// outOfRange returns the error of a truncation as the history records it. may says whether the log may reject this
// truncation.
func outOfRange(err error, may bool, first, last uint64) error {
	switch {
	case !errors.Is(err, appendlog.ErrOutOfRange):
		return err
	case may:
		return appendlog.ErrOutOfRange
	}
	return fmt.Errorf("%w, although it has the entries %d to %d", appendlog.ErrOutOfRange, first, last)
}

func (w *worker) setValue(l appendlog.Log) {
	key := []byte(w.step.Log.Key)
	if w.step.Log.Key == appendlog.TermKey {
		term := w.tail.Term()
		if !appendlog.HasValues(l) {
			return
		}
		w.change(history.Put, []history.Write{{Key: key, Value: strconv.AppendUint(nil, term, 10)}}, func() error {
			return appendlog.SetNumber(l, key, term, w.step.Durability)
		})
		return
	}
	if v, ok := l.(appendlog.Values); ok {
		data := value(w.script.Seed, w.step.Log.Name, w.step.Log.Sizes[0])
		w.change(history.Put, []history.Write{{Key: key, Value: data}}, func() error { return v.Set(key, data, w.step.Durability) })
	}
}

// logFills is the maximum number of entries appended to make the file end at the requested place.
const logFills = 4

// fillLog appends single entries until the requested number of bytes is left in a block of the store's file. The first
// entry shows how many bytes the store adds to an entry.
func (w *worker) fillLog(l appendlog.Log, first, last uint64) {
	s, overhead := w.step.Log, 0
	for n := range logFills {
		if n > 0 {
			var err error
			if l, err = w.logNow(); err != nil {
				return
			}
		}
		before, size := int64(0), 0
		if w.opts.Appended != nil {
			before = w.opts.Appended()
		}
		togo := s.Block - (int(before)+s.Left)%s.Block
		if n > 0 {
			if togo == s.Block {
				return
			}
			if size = togo - overhead; size < 0 {
				size += s.Block
			}
			size = w.script.Size.Largest.Value(size)
		}
		end, acked := w.appendTo(l, first, last, s.Name+"."+strconv.Itoa(n), []int{size})
		if !acked || w.opts.Appended == nil {
			return
		}
		if first, last = max(first, 1), end; w.opts.Appended() > before {
			overhead = int(w.opts.Appended()-before) - size
		}
	}
}
