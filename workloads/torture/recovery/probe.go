package recovery

import (
	"bytes"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// At one of probeEach crash points the recovered stores are asked for probeKeys single keys too. A scan does not use an
// engine's filters and point lookups, so it does not test them.
const (
	probeEach = 8
	probeKeys = 4
)

// ProbeSeed returns the seed of the probes of a crash point, or 0 if it is not probed. All images of one crash point
// are probed or none, so that they stay one search.
func ProbeSeed(draw uint64) uint64 {
	if plan.Mix(draw, probeEach)%probeEach != 0 {
		return 0
	}
	return draw
}

// disagreement is the error of a store that does not return what its Scan showed when it is read in another way.
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

// gets asks a store for some of the keys that a scan showed, and for keys that sort right after them.
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
