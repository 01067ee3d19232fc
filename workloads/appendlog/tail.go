package appendlog

import (
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Tail is what the clients of a log know of its ends. One client at a time may change the log, and holds the lock meanwhile.
type Tail struct {
	sync.Mutex
	known  bool
	lowest uint64 // no entry before it is there
	beyond uint64 // nor one from here on
	next   uint64 // where a log goes on that is empty and does not know
	term   uint64 // the latest number that was set
	sizes  map[uint64]int
}

// Look asks a log where it begins and ends before a client changes it.
func (t *Tail) Look(l Log) (first, last uint64, err error) {
	first, last, err = Ends(l)
	if err == nil && !t.known {
		t.known, t.lowest, t.beyond, t.next = true, max(1, first), last+1, last+1
	}
	return first, last, err
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
	if t.sizes == nil {
		t.sizes = map[uint64]int{}
	}
	for _, e := range entries {
		t.sizes[e.Index] = len(e.Data)
		t.beyond = max(t.beyond, e.Index+1)
	}
}

// Appended notes that the entries up to an index are in the log.
func (t *Tail) Appended(last uint64) { t.next = last + 1 }

// Front returns the deletions that a truncation of the front amounts to.
func (t *Tail) Front(keep uint64) []history.Write { return deletions(t.lowest, min(keep, t.beyond)) }

// CutFront notes that the front was truncated.
func (t *Tail) CutFront(keep uint64) { t.lowest = max(t.lowest, min(keep, t.beyond)) }

// Back returns the deletions that a truncation of the back amounts to.
func (t *Tail) Back(from uint64) []history.Write { return deletions(max(from, t.lowest), t.beyond) }

// CutBack notes that the back was truncated.
func (t *Tail) CutBack(from uint64) {
	t.beyond = max(t.lowest, min(t.beyond, from))
	t.next = min(t.next, t.beyond)
}

// Term returns a number that is greater than all before it.
func (t *Tail) Term() uint64 {
	t.term++
	return t.term
}

func deletions(from, to uint64) []history.Write {
	var writes []history.Write
	for i := from; i < to; i++ {
		writes = append(writes, history.Write{Key: history.EntryKey(i), Delete: true})
	}
	return writes
}
