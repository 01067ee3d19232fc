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

// latestKeys is how many keys of an image are read by themselves: those that were written last before the crash. They are where
// recovery has had something to do.
const latestKeys = 64

// wrote is a key that a run wrote to, and when it began to.
type wrote struct {
	key  string
	call history.Tick
}

// writtenBy returns what the operations of a history wrote to, in order. What the store refused to write, it may refuse to read.
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

var errApart = errors.New("a key by itself is not what a scan shows of it")

// keyByKey reads the keys that were written last before a crash one by one. Each must be what a scan has shown, or not be there.
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
			return fmt.Errorf("%w: %q is %.40q by itself (found: %t), and %.40q in a scan (found: %t)", errApart, key, value, found, want, there)
		}
	}
	return nil
}
