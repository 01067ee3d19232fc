package largest

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Sizes holds the maximum sizes that a store accepts, in bytes. 0 means that no workload reaches the limit: their keys
// have up to about a thousand bytes, their values slightly more than 64 KiB.
type Sizes struct {
	KeyBytes   int `json:"key_bytes,omitempty"`
	ValueBytes int `json:"value_bytes,omitempty"` // of a value, or of an entry of a log
	BatchBytes int `json:"batch_bytes,omitempty"` // total keys and values of a batch or a transaction
}

// What the workloads need: distinct names of keys and values, and transactions over several of them.
const (
	leastKey   = 64
	leastValue = 256
	leastBatch = 16 << 10
)

// Check returns an error that names every limit below what the workloads need.
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

// Beyond lists what the workloads leave out because of the limits.
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

// Value returns the reduced length of a value of n bytes.
func (s Sizes) Value(n int) int {
	if s.ValueBytes == 0 {
		return n
	}
	return min(n, s.ValueBytes)
}

// Values truncates values that are too long.
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

// Batch truncates values that are too long, and drops the last writes if the total is still too large.
func (s Sizes) Batch(writes []history.Write) []history.Write {
	all, total := s.Values(writes), 0
	for i := range all {
		if total += len(all[i].Key) + len(all[i].Value); s.BatchBytes != 0 && total > s.BatchBytes && i > 0 {
			return all[:i:i]
		}
	}
	return all
}

// Entries returns the reduced lengths of log entries that are appended together. Entries that are too long are
// truncated, and the last ones are dropped if the total is still too large.
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
