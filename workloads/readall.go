package workloads

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ReadAll appends every pair of the store to state, which the caller has emptied. Keys that come twice or out of order
// are ErrDisorder. It runs once for every crash image, so it does nothing else.
func ReadAll(store Store, state *history.State) error {
	var last []byte
	var disorder error
	err := store.Scan(nil, nil, func(key, value []byte) bool {
		if last != nil && bytes.Compare(last, key) >= 0 {
			disorder = fmt.Errorf("%w: %q after %q", ErrDisorder, key, last)
			return false
		}
		if last == nil {
			last = make([]byte, 0, 64) // not nil, even after an empty key
		}
		last = append(last[:0], key...)
		state.Append(key, value)
		return true
	})
	if err != nil {
		return err
	}
	return disorder
}
