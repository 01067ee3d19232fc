package appendlog

import (
	"fmt"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Ends returns the first and last index of a log, or 0 and 0 if it has no entries and does not know its next index. The
// error is a *Gap if the two contradict each other. The log must not be changed meanwhile.
func Ends(l Log) (first, last uint64, err error) {
	if first, err = l.First(); err != nil {
		return 0, 0, fmt.Errorf("first index: %w", err)
	}
	if last, err = l.Last(); err != nil {
		return 0, 0, fmt.Errorf("last index: %w", err)
	}
	if first > last+1 || first == 0 && last > 0 {
		return 0, 0, &Gap{First: first, Last: last}
	}
	return first, last, nil
}

// IsEmpty reports whether a log with these ends has no entries.
func IsEmpty(first, last uint64) bool { return last == 0 || last < first }

// Keys of the values that the workload keeps alongside the entries, named as in hashicorp/raft. They sort before all
// entries.
const (
	TermKey = "CurrentTerm"  // a number, which grows
	VoteKey = "LastVoteCand" // bytes
)

// Visit calls visit with everything in a log as pairs of a history, in key order: first the values kept alongside the
// entries, then the entries. It ends early, without an error, when visit returns false. The error is a *Gap if an entry
// between others is missing. The log must not be changed meanwhile.
func Visit(l Log, visit func(key, value []byte) bool) error {
	for _, key := range [...]string{TermKey, VoteKey} {
		value, found, err := Value(l, []byte(key))
		if err != nil {
			return fmt.Errorf("value %s: %w", key, err)
		}
		if found && !visit([]byte(key), value) {
			return nil
		}
	}
	first, last, err := Ends(l)
	if err != nil || IsEmpty(first, last) {
		return err
	}
	for i := first; i <= last; i++ {
		data, found, err := l.Entry(i)
		if err != nil {
			return fmt.Errorf("entry %d of %d to %d: %w", i, first, last, err)
		}
		if !found {
			return &Gap{First: first, Last: last, Missing: i}
		}
		if !visit(history.EntryKey(i), data) {
			return nil
		}
	}
	return nil
}

// Value returns the value or, in decimal, the number that a log keeps alongside its entries under key.
func Value(l Log, key []byte) (value []byte, found bool, err error) {
	if n, ok := l.(Numbers); ok && string(key) == TermKey {
		number, err := n.Number(key)
		if err != nil || number == 0 {
			return nil, false, err
		}
		return strconv.AppendUint(nil, number, 10), true, nil
	}
	if v, ok := l.(Values); ok {
		return v.Get(key)
	}
	return nil, false, nil
}

// HasValues reports whether a log can keep values alongside its entries.
func HasValues(l Log) bool {
	_, values := l.(Values)
	_, numbers := l.(Numbers)
	return values || numbers
}

// SetNumber stores a number alongside the entries of a log with values.
func SetNumber(l Log, key []byte, n uint64, d history.Durability) error {
	if numbers, ok := l.(Numbers); ok {
		return numbers.SetNumber(key, n, d)
	}
	return l.(Values).Set(key, strconv.AppendUint(nil, n, 10), d)
}
