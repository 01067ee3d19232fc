package evidence

import (
	"bytes"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// KeyChange is a key whose recovered value differs from what an operation wrote.
type KeyChange struct {
	Key  string `json:"key"`
	Want string `json:"want"` // the value that the operation wrote; empty: it deleted the key
	Got  string `json:"got"`  // the value after recovery; empty: the key is absent
	Op   int    `json:"op"`   // the operation
}

// maxChanges is the maximum number of keys that a finding shows.
const maxChanges = 12

// changes compares the writes of a failure's operations with the recovered state and returns the keys that differ, at
// most maxChanges of them, and their total number. A key is left out if a later operation may have written the
// recovered value before the cut.
func changes(ops []history.Op, cut history.Cut, f *explore.Failure) (list []KeyChange, n int) {
	if f.Recovered == nil || f.Nested != nil {
		return nil, 0 // the operations of a second life are not in this history
	}
	last, others := lastWrites(ops, cut, f.Ops)
	shown := map[string][]byte{}
	for key, value := range f.Recovered.All() {
		if _, asked := last[string(key)]; asked {
			shown[string(key)] = bytes.Clone(value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(last)) {
		w := last[key]
		got, there := shown[key]
		same := there != w.Delete && bytes.Equal(got, w.Value) || slices.ContainsFunc(others[key], func(o history.Write) bool {
			return o.Delete != there && (o.Delete || bytes.Equal(got, o.Value))
		})
		if same {
			continue
		}
		if n++; n > maxChanges {
			continue
		}
		c := KeyChange{Key: checker.KeyText([]byte(key)), Op: w.op}
		if !w.Delete {
			c.Want = checker.ValueText(w.Value)
		}
		if there {
			c.Got = checker.ValueText(got)
		}
		list = append(list, c)
	}
	return list, n
}

// written is a write and its operation.
type written struct {
	history.Write
	op int
}

// lastWrites returns the last write to each key by the given operations, and the writes to these keys by later
// operations that had begun before the cut.
func lastWrites(ops []history.Op, cut history.Cut, ids []int) (last map[string]written, others map[string][]history.Write) {
	last, others = map[string]written{}, map[string][]history.Write{}
	for i := range ops {
		op := &ops[i]
		if op.Call > cut.Called {
			continue
		}
		about := slices.Contains(ids, op.ID)
		for _, w := range op.Writes {
			key := string(w.Key)
			if w.Change != history.Assign {
				delete(last, key) // its result depends on the previous value
				continue
			}
			if about {
				last[key] = written{w, op.ID}
				delete(others, key)
			} else if _, asked := last[key]; asked && op.Wrote() {
				others[key] = append(others[key], w)
			}
		}
	}
	return last, others
}
