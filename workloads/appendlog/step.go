package appendlog

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Step is what a client does to a log, beside its kind. Where it does it depends on where the log begins and ends by then, so
// a script stays sensible when some of its steps fail or are left out.
type Step struct {
	Name string // from which contents are named
	// Sizes are the bytes of each entry that is appended: by AppendEntries, and by TruncateBack at once in the place of what it
	// dropped, as raft does after a conflict. That of a value: Put.
	Sizes []int
	// Again gives entries the sizes of those that had their indexes before, where there were any: they end where those ended.
	Again bool
	// Skip, if the log is empty and a FreeStarter, leaves out so many indexes before the entries that are appended.
	Skip uint64
	// Block and Left, if Block is not 0, replace Sizes: entries are appended one by one until so many bytes are left of a
	// block of that size in the store's file.
	Block, Left int
	At          Place  // TruncateFront, TruncateBack, Get
	Reads       int    // Get: how many entries are read, from At on
	Key         string // Put, Get: a value beside the entries, and not an entry
}

// Changes reports whether a step of a kind changes the log. A nil step is none of a log.
func (s *Step) Changes(k history.Kind) bool {
	return s != nil && (k == history.AppendEntries || k == history.TruncateFront || k == history.TruncateBack || k == history.Put)
}

// Text names a step of a kind for a person.
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

// Place is an index relative to a log: so many permille of the way from the first entry to the end, and then so many entries
// further. 0 permille is the first entry, 1000 the one that comes next after the last.
type Place struct {
	Permille int
	Plus     int
}

// Of returns the index of the place in a log of the entries first to last. It is 1 if that would be less.
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
