package appendlog

import (
	"maps"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Tail is what the clients of a log know of it beside what the log says. One client at a time may change the log, and holds the
// lock meanwhile.
type Tail struct {
	sync.Mutex
	asked bool
	// maybe are the entries that may be there: some append may have written them, and no truncation that was acknowledged has
	// dropped them since.
	maybe map[uint64]bool
	sizes map[uint64]int // of the latest entry that was to have an index, in bytes
	next  uint64         // where a log goes on that is empty and does not know
	term  uint64         // the latest number that was set
}

// Look asks a log where it begins and ends before a client changes it.
func (t *Tail) Look(l Log) (first, last uint64, err error) {
	first, last, err = Ends(l)
	if err != nil || t.asked {
		return first, last, err
	}
	t.asked, t.maybe, t.sizes, t.next = true, map[uint64]bool{}, map[uint64]int{}, last+1
	for i := max(first, 1); i <= last; i++ {
		t.maybe[i] = true
	}
	return first, last, nil
}

// Next returns the index of the entry that is appended next to a log with these ends.
func (t *Tail) Next(l Log, first, last, skip uint64) uint64 {
	next := last + 1
	if last == 0 && first == 0 {
		next = t.next
	}
	if f, ok := l.(FreeStarter); ok && IsEmpty(first, last) && f.StartsAnywhere() {
		next += skip
	}
	return next
}

// Size returns the size of the latest entry that was to have an index; ok is false if there was none.
func (t *Tail) Size(index uint64) (size int, ok bool) {
	size, ok = t.sizes[index]
	return size, ok
}

// Appending notes that entries are about to be appended; Appended, that they were.
func (t *Tail) Appending(entries []Entry) {
	for _, e := range entries {
		t.maybe[e.Index], t.sizes[e.Index] = true, len(e.Data)
	}
}

// Appended notes that the entries up to an index are in the log.
func (t *Tail) Appended(last uint64) { t.next = last + 1 }

// Front returns the deletions that a truncation of the front amounts to.
func (t *Tail) Front(keep uint64) []history.Write {
	return t.deletions(func(i uint64) bool { return i < keep })
}

// CutFront notes that the front was truncated.
func (t *Tail) CutFront(keep uint64) {
	maps.DeleteFunc(t.maybe, func(i uint64, _ bool) bool { return i < keep })
}

// Back returns the deletions that a truncation of the back amounts to.
func (t *Tail) Back(from uint64) []history.Write {
	return t.deletions(func(i uint64) bool { return i >= from })
}

// CutBack notes that the back of a log that began with first was truncated.
func (t *Tail) CutBack(first, from uint64) {
	maps.DeleteFunc(t.maybe, func(i uint64, _ bool) bool { return i >= from })
	t.next = min(t.next, max(first, from, 1))
}

// Term returns a number that is greater than all before it.
func (t *Tail) Term() uint64 {
	t.term++
	return t.term
}

func (t *Tail) deletions(of func(index uint64) bool) (writes []history.Write) {
	for _, i := range slices.Sorted(maps.Keys(t.maybe)) {
		if of(i) {
			writes = append(writes, history.Write{Key: history.EntryKey(i), Delete: true})
		}
	}
	return writes
}
