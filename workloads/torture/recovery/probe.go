package recovery

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// At one in probeEach crash points the recovered stores are also asked for probeKeys single keys. A scan does not test an
// engine's filters and point lookups.
const (
	probeEach = 8
	probeKeys = 4
)

// ProbeSeed returns the seed of the probes of a crash point, or 0 if it is not probed. Either all images of a crash point are
// probed or none: probes make looks of their own, so a mixture would not be one search.
func ProbeSeed(draw uint64) uint64 {
	if plan.Mix(draw, probeEach)%probeEach != 0 {
		return 0
	}
	return draw
}

// disagreement is the error for a store that shows something other than its Scan did when it is read in another way.
type disagreement struct {
	way          string // get, cursor or stream
	how          string // for a person: "get of k1"
	got, scanned history.Read
}

func (d *disagreement) Error() string {
	show := func(r history.Read) string {
		if !r.Found {
			return "nothing"
		}
		if d.way == "cursor" {
			return fmt.Sprintf("%.40q = %.40q", r.Key, r.Value)
		}
		return fmt.Sprintf("%.40q", r.Value)
	}
	return fmt.Sprintf("%s returns %s, but a scan shows %s", d.how, show(d.got), show(d.scanned))
}

// gets gets some of the keys that a scan showed, and keys that sort right after them and should be absent.
func gets(store workloads.Store, scanned *history.State, seed uint64) error {
	wanted := map[int]bool{}
	for i := range probeKeys {
		if n := scanned.Len(); n > 0 {
			wanted[int(plan.Mix(seed, uint64(i))%uint64(n))] = true
		}
	}
	at, next := 0, []byte(nil)
	for key, value := range scanned.All() {
		if next != nil && !bytes.Equal(next, key) {
			if err := agree(store, next, history.Read{}); err != nil {
				return err
			}
		}
		next = nil
		if wanted[at] {
			if err := agree(store, key, history.Read{Value: value, Found: true}); err != nil {
				return err
			}
			next = append(bytes.Clone(key), 0)
		}
		at++
	}
	if next == nil {
		next = []byte("nobody wrote this")
	}
	return agree(store, next, history.Read{})
}

func agree(store workloads.Store, key []byte, scanned history.Read) error {
	value, found, err := store.Get(bytes.Clone(key))
	if err != nil {
		return err
	}
	if found != scanned.Found || !bytes.Equal(value, scanned.Value) {
		return &disagreement{way: "get", how: fmt.Sprintf("get of %q", key), got: history.Read{Value: value, Found: found}, scanned: scanned}
	}
	return nil
}
