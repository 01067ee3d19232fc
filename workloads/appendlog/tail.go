package appendlog

import (
	"maps"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Tail is what the clients of a log know of it besides what the log reports. Only one client at a time may change the
// log, and it holds the lock meanwhile.
type Tail struct {
	sync.Mutex
	asked bool
	// maybe holds the entries that may exist: some append may have written them, and no acknowledged truncation has
	// dropped them since.
	maybe map[uint64]bool
	sizes map[uint64]int // by index: length in bytes of the entry that was last appended there, or may have been
	next  uint64         // next index, for an empty log that does not know it
	term  uint64         // the latest number returned by Term
}

// Look asks a log for its ends before a client changes it.
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

// Next returns the index of the next entry appended to a log with these ends.
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

// Size returns the length of the entry that was last appended at this index, answered or not. ok is false if there was
// none.
func (t *Tail) Size(index uint64) (size int, ok bool) {
	size, ok = t.sizes[index]
	return size, ok
}

// Appending notes that entries are about to be appended. See Appended.
func (t *Tail) Appending(entries []Entry) {
	for _, e := range entries {
		t.maybe[e.Index], t.sizes[e.Index] = true, len(e.Data)
	}
}

// Appended notes that the log has the entries up to last.
func (t *Tail) Appended(last uint64) { t.next = last + 1 }

// Front returns the deletions equivalent to a truncation of the front.
func (t *Tail) Front(keep uint64) []history.Write {
	return t.deletions(func(i uint64) bool { return i < keep })
}

// CutFront notes that the front was truncated.
func (t *Tail) CutFront(keep uint64) {
	maps.DeleteFunc(t.maybe, func(i uint64, _ bool) bool { return i < keep })
}

// Back returns the deletions equivalent to a truncation of the back.
func (t *Tail) Back(from uint64) []history.Write {
	return t.deletions(func(i uint64) bool { return i >= from })
}

// CutBack notes that the back of a log that begins at first was truncated.
func (t *Tail) CutBack(first, from uint64) {
	maps.DeleteFunc(t.maybe, func(i uint64, _ bool) bool { return i >= from })
	t.next = min(t.next, max(first, from, 1))
}

// Term returns a number greater than all that it returned before.
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
