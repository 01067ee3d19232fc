package checker

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Lower says which acknowledged commits a crash must not lose.
type Lower uint8

// The lower bounds. The zero value is what a power cut demands of every engine.
const (
	SyncedMustSurvive  Lower = iota // those acknowledged with Sync
	AckedMustSurvive                // those acknowledged with Sync or NoSync: the process was killed but the machine kept running
	NothingMustSurvive              // none: the disk lied about syncs
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

// Rule says what a recovered store may have lost, given the fault. The zero value allows everything except losing
// synced commits and inventing data.
type Rule struct {
	Lower  Lower
	Suffix bool // if a commit is lost, so is every commit that was called after it had returned
	Atomic bool // batches and transactions are present completely or not at all
}

// Durability judges recovered states against the history of the run before the crash. It is built once per run and
// judges every crash image of that run; the cut says how much of the history had happened. It is safe for concurrent
// use.
type Durability struct {
	*index
	views *views
}

// NewDurability indexes a history that began with the store in the initial state; nil means empty. The operations and
// the state must not be modified afterwards.
func NewDurability(ops []history.Op, initial *history.State) *Durability {
	x := newIndex(ops, initial)
	return &Durability{index: x, views: newViews(x)}
}

// Judge says whether a store may show this state after a crash. It fails only if no execution consistent with the
// history and the rule leaves that state behind.
//
// The verdict about a single client is exact, provided that the rule has Suffix and Atomic, that every operation
// before the cut was acknowledged or rejected, and that no value was written twice to a key. It then passes only if
// the state is what some prefix of the commits leaves.
//
// The state must be in key order. It is not retained.
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

// AckedSynced returns the number of commits that had been acknowledged with Sync at the cut.
func (d *Durability) AckedSynced(cut history.Cut) int { return d.acknowledged(cut.Acked, synced) }

// IsAckedSynced reports whether an operation is one of the commits that AckedSynced counts.
func (d *Durability) IsAckedSynced(id int, cut history.Cut) bool {
	return slices.ContainsFunc(d.commits, func(c commit) bool { return c.op.ID == id && c.belongs(synced) <= cut.Acked })
}

// MustSurvive returns the number of commits that must survive a crash at the cut under the rule. Those that Judge
// finds missing are the Ops of its violation of class "lost".
func (d *Durability) MustSurvive(cut history.Cut, rule Rule) int {
	return d.acknowledged(cut.Acked, rule.Lower.level())
}

// state records what a whole store shows, by merging its pairs with the entries.
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
