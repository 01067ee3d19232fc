package history

import (
	"bytes"
	"fmt"
	"strconv"
)

// In a history, and to a judge, a log is a store whose keys are the indexes of its entries, in decimal with leading
// zeros so that they are in order. entryEnd sorts after all of them.
const (
	entryPrefix = "entry/"
	entryDigits = 20 // digits of the largest index
	entryEnd    = "entry0"
)

// EntryKey returns the key of a log entry.
func EntryKey(index uint64) []byte {
	return fmt.Appendf(nil, "%s%0*d", entryPrefix, entryDigits, index)
}

// EntriesEnd returns the key that sorts right after all entries.
func EntriesEnd() []byte { return []byte(entryEnd) }

// EntryIndex returns the index of the entry with this key. ok is false if it is not the key of an entry.
func EntryIndex(key []byte) (index uint64, ok bool) {
	digits, ok := bytes.CutPrefix(key, []byte(entryPrefix))
	if !ok || len(digits) != entryDigits {
		return 0, false
	}
	index, err := strconv.ParseUint(string(digits), 10, 64)
	return index, err == nil
}
