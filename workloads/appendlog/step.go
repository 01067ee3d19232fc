package appendlog

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Step is what a client does to a log, besides its kind. Its indexes are relative to the ends of the log at that time,
// so that a script still makes sense when some of its steps fail or are left out.
type Step struct {
	Name string // the contents are named after it
	// Sizes are the lengths in bytes of the entries to append. TruncateBack appends them right after truncating, as
	// raft does after a conflict. For Put, it is the length of the value.
	Sizes []int
	// Again gives each entry the size of the previous entry with its index, if there was one, so that they end at the
	// same place.
	Again bool
	// Skip is the number of indexes left out before the appended entries, if the log is empty and a FreeStarter.
	Skip uint64
	// Block and Left, if Block is not 0, replace Sizes: entries are appended one by one until Left bytes remain in a
	// block of Block bytes in the store's file.
	Block, Left int
	At          Place  // TruncateFront, TruncateBack, Get
	Reads       int    // Get: number of entries to read, from At on
	Key         string // Put, Get: use this value kept alongside the entries instead of an entry
}

// Changes reports whether a step of a kind changes the log. It is false for nil, which is not a step on a log.
func (s *Step) Changes(k history.Kind) bool {
	return s != nil && (k == history.AppendEntries || k == history.TruncateFront || k == history.TruncateBack || k == history.Put)
}

// Text describes a step of a kind for a reader.
func (s *Step) Text(k history.Kind) string {
	switch {
	case s.Key != "":
		return fmt.Sprintf("%s %s", k, s.Key)
	case k == history.AppendEntries && s.Block == 0:
		return fmt.Sprintf("%s, %d of them", k, len(s.Sizes))
	case k == history.AppendEntries:
		return fmt.Sprintf("%s up to %d bytes before the end of a block of %d", k, s.Left, s.Block)
	case k == history.FirstIndex, k == history.LastIndex:
		return k.String()
	}
	return fmt.Sprintf("%s %s", k, s.At)
}

// Place is an index relative to a log: Permille of the way from the first entry to the next entry after the last, then
// Plus entries further. 0 permille is the first entry, and 1000 the one that will be appended next.
type Place struct {
	Permille int
	Plus     int
}

// Of returns the index of the place in a log with the entries first to last. It is at least 1.
func (p Place) Of(first, last uint64) uint64 {
	n := last + 1 - first
	at := first + n/1000*uint64(p.Permille) + n%1000*uint64(p.Permille)/1000
	if p.Plus < 0 && uint64(-p.Plus) >= at {
		return 1
	}
	return at + uint64(p.Plus)
}

func (p Place) String() string {
	base := fmt.Sprintf("at %d ‰", p.Permille)
	switch p.Permille {
	case 0:
		base = "at the first entry"
	case 1000:
		base = "after the last entry"
	}
	if p.Plus != 0 {
		base += fmt.Sprintf(" %+d", p.Plus)
	}
	return base
}
