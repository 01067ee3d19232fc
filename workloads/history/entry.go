package history

import (
	"bytes"
	"fmt"
	"strconv"
)

// A log is, in a history and to a judge, a store whose keys are the indexes of its entries. They are written in decimal with
// leading zeros, so that they are in order, followed by entryEnd.
const (
	entryPrefix = "entry/"
	entryDigits = 20 // the largest index has so many
	entryEnd    = "entry0"
)

// EntryKey returns the key of a log's entry.
func EntryKey(index uint64) []byte {
	return fmt.Appendf(nil, "%s%0*d", entryPrefix, entryDigits, index)
}

// EntriesEnd returns the key that sorts right after those of all entries.
func EntriesEnd() []byte { return []byte(entryEnd) }

// EntryIndex returns the index of the entry that has a key; ok is false if it is the key of none.
func EntryIndex(key []byte) (index uint64, ok bool) {
	digits, ok := bytes.CutPrefix(key, []byte(entryPrefix))
	if !ok || len(digits) != entryDigits {
		return 0, false
	}
	index, err := strconv.ParseUint(string(digits), 10, 64)
	return index, err == nil
}
