package audit

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// latestKeys is the number of keys of an image that are read one by one: those written last before the crash, because recovery
// had to restore them.
const latestKeys = 64

// wrote is a key to which a run wrote, and the call of that write.
type wrote struct {
	key  string
	call history.Tick
}

// writtenBy returns the keys written by the acknowledged operations of a history, in order. Refused operations do not
// count: a key that the store refused to write may also be one that it refuses to read.
func writtenBy(ops []history.Op) (all []wrote) {
	for i := range ops {
		if ops[i].Outcome != history.Acked {
			continue
		}
		for _, w := range ops[i].Writes {
			all = append(all, wrote{string(w.Key), ops[i].Call})
		}
	}
	return all
}

var errApart = errors.New("a key read by itself differs from what a scan shows")

// keyByKey reads the keys that were written last before the crash one by one. Each must have the value that a scan has shown,
// or be absent if the scan did not show it.
func (a *Auditor) keyByKey(im *Image, store workloads.Store, state *history.State) error {
	if a.target.IsLog() {
		return nil // it has no keys
	}
	keys := map[string]bool{}
	for i := len(a.wrote) - 1; i >= 0 && len(keys) < latestKeys; i-- {
		if w := a.wrote[i]; w.call <= im.Cut.Called {
			keys[w.key] = true
		}
	}
	shown := make(map[string][]byte, len(keys))
	for k, v := range state.All() {
		if keys[string(k)] {
			shown[string(k)] = v
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		value, found, err := store.Get([]byte(key))
		want, there := shown[key]
		switch {
		case err != nil:
			return fmt.Errorf("%q: %w", key, err)
		case found != there || found && !bytes.Equal(value, want):
			return fmt.Errorf("%w: %q is %s by itself, and %s in a scan", errApart, key, result(value, found), result(want, there))
		}
	}
	return nil
}

// result describes what a read returned.
func result(value []byte, found bool) string {
	if !found {
		return "absent"
	}
	return fmt.Sprintf("%.40q", value)
}
