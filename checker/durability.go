package checker

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Lower says which acknowledged commits a crash must not lose.
type Lower uint8

// The lower bounds. The zero value is what a power cut demands of every engine.
const (
	SyncedMustSurvive  Lower = iota // those acknowledged with Sync
	AckedMustSurvive                // those acknowledged with Sync or NoSync: the process was killed, the machine ran on
	NothingMustSurvive              // none: the disk lied
)

func (l Lower) level() level {
	switch l {
	case SyncedMustSurvive:
		return synced
	case AckedMustSurvive:
		return handed
	default:
		return nobody
	}
}

// Rule says what a fault allows a recovered store to have lost. The zero value allows everything but the loss of
// synced commits and the invention of data.
type Rule struct {
	Lower  Lower
	Suffix bool // if a commit is lost, so is every commit that was called after it had returned
	Atomic bool // a batch or transaction is there whole or not at all
}

// Durability judges recovered states by the history of the run before the crash. It is made once for a run and judges
// every crash image of it: the cut says how much of the history had happened. It may be used by several goroutines.
type Durability struct {
	*index
	views *views
}

// NewDurability indexes a history that began with the store in the initial state; nil means empty. The operations and
// the state must not change afterwards.
func NewDurability(ops []history.Op, initial *history.State) *Durability {
	x := newIndex(ops, initial)
	return &Durability{index: x, views: newViews(x)}
}

// Judge says whether a store may show this state after a crash. It Fails only if no execution that fits the history
// and the rule leaves the state behind. With Suffix and Atomic, if every operation before the cut was answered
// definitely (acknowledged or rejected), and if no value was written twice to a key, the verdict about a single client is
// exact: it Passes only if the state is that after a prefix of the commits. The state must be in key order and is not kept.
func (d *Durability) Judge(cut history.Cut, state *history.State, rule Rule) Result {
	r := Result{Judge: "durability", Verdict: Pass}
	if d.reason != "" {
		return r.unclear("%s", d.reason)
	}
	v := d.views.get(bounds{
		acked: cut.Acked, called: cut.Called,
		must: rule.Lower.level(), suffix: rule.Suffix, atomic: rule.Atomic,
	})
	defer d.views.put(v)
	v.state(state)
	if found := v.examine(); len(found) > 0 {
		return v.accuse(r, found, crashScene(cut))
	}
	return r
}

// AckedSynced returns how many commits had been acknowledged with Sync at the cut.
func (d *Durability) AckedSynced(cut history.Cut) int { return d.acknowledged(cut.Acked, synced) }

// MustSurvive returns how many commits the rule demands of a crash at the cut. Those of them that a Judge found missing
// are the Ops of its violation of class "lost".
func (d *Durability) MustSurvive(cut history.Cut, rule Rule) int {
	return d.acknowledged(cut.Acked, rule.Lower.level())
}

// state enters a whole store, merging its pairs with the entries.
func (v *view) state(s *history.State) {
	next := 0
	for key, value := range s.All() {
		c := -1
		for next < len(v.entries) {
			if c = bytes.Compare(v.entries[next].key, key); c >= 0 {
				break
			}
			v.absence(next)
			next++
			c = -1
		}
		if c != 0 {
			v.find(finding{kind: strange, entry: -1, value: bytes.Clone(value), key: bytes.Clone(key)})
			continue
		}
		v.value(next, value)
		next++
	}
	for ; next < len(v.entries); next++ {
		v.absence(next)
	}
}
