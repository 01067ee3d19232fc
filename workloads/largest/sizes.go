package largest

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Sizes are what a store takes at most, in bytes. A limit of 0 is none that the workloads meet: their keys have up to about a
// thousand bytes, their values a little more than 64 KiB.
type Sizes struct {
	KeyBytes   int `json:"key_bytes,omitempty"`
	ValueBytes int `json:"value_bytes,omitempty"` // of a value, or of an entry of a log
	BatchBytes int `json:"batch_bytes,omitempty"` // all keys and values of a batch or a transaction
}

// What the workloads need: names of keys and values that differ, and transactions over several of them.
const (
	leastKey   = 64
	leastValue = 256
	leastBatch = 16 << 10
)

// Check returns an error that names a limit below what the workloads need.
func (s Sizes) Check() error {
	var errs []error
	for _, f := range []struct {
		name     string
		n, least int
	}{{"KeyBytes", s.KeyBytes, leastKey}, {"ValueBytes", s.ValueBytes, leastValue}, {"BatchBytes", s.BatchBytes, leastBatch}} {
		if f.n != 0 && f.n < f.least {
			errs = append(errs, fmt.Errorf("%s is %d: the workloads need at least %d", f.name, f.n, f.least))
		}
	}
	return errors.Join(errs...)
}

// Beyond says what the workloads leave out because of the limits.
func (s Sizes) Beyond() (all []string) {
	for _, f := range []struct {
		what string
		n    int
	}{{"keys", s.KeyBytes}, {"values", s.ValueBytes}, {"batches", s.BatchBytes}} {
		if f.n != 0 {
			all = append(all, fmt.Sprintf("%s of more than %d bytes", f.what, f.n))
		}
	}
	return all
}

// Value returns the length of a value that should have n bytes.
func (s Sizes) Value(n int) int {
	if s.ValueBytes == 0 {
		return n
	}
	return min(n, s.ValueBytes)
}

// Values cuts the values that are too long.
func (s Sizes) Values(writes []history.Write) []history.Write {
	var all []history.Write
	for _, w := range writes {
		if n := s.Value(len(w.Value)); n < len(w.Value) {
			w.Value = w.Value[:n:n]
		}
		all = append(all, w)
	}
	return all
}

// Batch cuts the values that are too long, and leaves out the last writes if all are too much.
func (s Sizes) Batch(writes []history.Write) []history.Write {
	all, total := s.Values(writes), 0
	for i := range all {
		if total += len(all[i].Key) + len(all[i].Value); s.BatchBytes != 0 && total > s.BatchBytes && i > 0 {
			return all[:i:i]
		}
	}
	return all
}

// Entries returns the lengths of the entries of a log that are appended at once, each cut, and the last left out if all are too
// much.
func (s Sizes) Entries(lengths []int) []int {
	var all []int
	total := 0
	for _, n := range lengths {
		n = s.Value(n)
		if total += n; s.BatchBytes != 0 && total > s.BatchBytes && len(all) > 0 {
			break
		}
		all = append(all, n)
	}
	return all
}
