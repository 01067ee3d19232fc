package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Parameters of accounts.
const (
	accountsEach   = 8    // one in this many audits of healthy images checks the accounts
	accountsRounds = 3    // rounds of commits, each followed by a flush or a compaction
	accountsWrites = 12   // commits in a round
	accountsValue  = 1500 // maximum value size in bytes: some values are long enough to be stored separately
)

// accounts opens an image, uses the store for a while, and compares what the engine reports about itself with what was done
// and what is there: after opening it, after each round of commits, and from its files after closing it. It does so in one in
// accountsEach audits.
func (a *Auditor) accounts(im *Image) *checker.Violation {
	open, seed := a.target.Administration.OpenAccountant, im.Seed
	if open == nil || plan.Mix(seed, accountsEach)%accountsEach != 0 {
		return nil
	}
	disk := im.fresh()
	env := a.env(disk, record.StoreDir)
	store, account, err := open(env)
	if err != nil {
		return nil // the search judges that
	}
	state := &history.State{}
	if err = workloads.ReadAll(store, state); err != nil {
		_ = store.Close()
		return nil // the search judges that as well
	}
	err = account()
	call := func(what string, do func() error) error {
		err := im.call(disk, what, do)
		if err == nil && im.Closely {
			err = account()
		}
		return err
	}
	life := &accounted{store: store, call: call, rng: rand.New(rand.NewPCG(seed, accountsEach)), pairs: map[string][]byte{}, edges: a.lengths(accountsValue), largest: a.target.Largest}
	for k, v := range state.All() {
		life.keys, life.pairs[string(k)] = append(life.keys, slices.Clone(k)), slices.Clone(v)
	}
	for n := 0; n < accountsRounds && err == nil; n++ {
		if err = life.round(n); err == nil {
			err = account()
		}
	}
	state = &history.State{}
	if err == nil {
		err = im.call(disk, "a scan", func() error { return workloads.ReadAll(store, state) })
	}
	if v, ok := store.(workloads.Verifier); ok && err == nil {
		err = im.call(disk, "a verification", v.Verify)
	}
	if err != nil {
		_ = store.Close()
	} else {
		err = im.call(disk, "Close", store.Close)
	}
	if err == nil && a.target.Administration.AccountFiles != nil {
		err = a.target.Administration.AccountFiles(env, state)
	}
	if err != nil {
		return violation("accounts are wrong", "the store recovers from the crash, but what it reports about itself in further use is wrong: %v", err)
	}
	im.renew()
	if d := difference(stateOf(life.pairs), state); d != "" {
		return violation("goes on wrongly", "the store recovers from the crash, but its contents are wrong after further use: %s", d)
	}
	return a.standing(im)
}

// standing runs the target's checks that hold for every store of the engine.
func (a *Auditor) standing(im *Image) *checker.Violation {
	name, err := a.Standing(im.renew)
	if err == nil {
		return nil
	}
	wrong := violation("accounts are wrong", "an invariant of all stores of the engine does not hold: %v", err)
	if name != "" {
		wrong.Check, wrong.Cause = name, ""
	}
	return wrong
}

// Standing returns the name and the error of the first standing check of the target that fails. before is called before each.
func (a *Auditor) Standing(before func()) (failed string, err error) {
	for _, check := range a.target.Administration.Standing {
		before()
		if err := check.Run(); err != nil {
			return check.Name, err
		}
	}
	return "", nil
}

// accounted is a recovered store that is used by a single client.
type accounted struct {
	store workloads.Store
	call  func(what string, do func() error) error // makes a call of the store
	rng   *rand.Rand
	keys  [][]byte          // keys to write to, in no order
	pairs map[string][]byte // what the store must show
	edges []int             // value sizes at which the engine changes its behaviour

	largest workloads.Largest
}

// round makes some commits, and then asks the store for maintenance.
func (l *accounted) round(n int) error {
	for i := range accountsWrites {
		var writes []history.Write
		for range 1 + l.rng.IntN(3) {
			writes = append(writes, l.write(fmt.Sprintf("accounts-%d-%d", n, i)))
		}
		d := history.Durability(l.rng.IntN(2))
		if err := l.call(fmt.Sprintf("a commit with %v", d), func() error { return l.store.Apply(writes, d) }); err != nil {
			return err
		}
		for _, w := range writes {
			if delete(l.pairs, string(w.Key)); !w.Delete {
				l.pairs[string(w.Key)] = w.Value
			}
		}
	}
	err := l.deleteRange()
	m, ok := l.store.(workloads.Maintainer)
	if !ok || err != nil {
		return err
	}
	if err = l.call("a flush", m.Flush); n == 1 { // only once, so that the last round leaves tables that are not compacted
		err = errors.Join(err, l.call("a compaction", m.Compact))
	}
	return err
}

// deleteRange deletes a range if the store supports that.
func (l *accounted) deleteRange() error {
	store, ok := l.store.(workloads.RangeDeleter)
	from, to := l.keys[l.rng.IntN(len(l.keys))], l.keys[l.rng.IntN(len(l.keys))]
	if bytes.Compare(from, to) > 0 {
		from, to = to, from
	}
	if !ok || bytes.Equal(from, to) {
		return nil
	}
	gone := 0
	for k := range l.pairs {
		if string(from) <= k && k < string(to) {
			gone++
		}
	}
	if gone > len(l.pairs)/2 {
		return nil
	}
	for k := range l.pairs {
		if string(from) <= k && k < string(to) {
			delete(l.pairs, k)
		}
	}
	return l.call("a deletion of a range", func() error { return store.DeleteRange(from, to, history.Sync) })
}

// write draws a random write: half of the time to a new key, otherwise to one that was used before.
func (l *accounted) write(name string) history.Write {
	if len(l.keys) == 0 || l.rng.IntN(2) == 0 {
		l.keys = append(l.keys, []byte(name))
	}
	w := history.Write{Key: l.keys[l.rng.IntN(len(l.keys))], Delete: l.rng.IntN(4) == 0}
	if !w.Delete {
		n := l.rng.IntN(1 + l.rng.IntN(accountsValue))
		if len(l.edges) > 0 && l.rng.IntN(4) == 0 {
			n = max(0, l.edges[l.rng.IntN(len(l.edges))]-1+l.rng.IntN(3))
		}
		w.Value = make([]byte, l.largest.Value(n))
		copy(w.Value, name)
	}
	return w
}

// lengths returns the limits of the run that may be thresholds for the size of a value, up to most bytes.
func (a *Auditor) lengths(most int64) (all []int) {
	for _, l := range a.target.Limits {
		n, set := a.limits[l.Name]
		if !set {
			n = l.Usual
		}
		if n > 1 && n <= most {
			all = append(all, int(n))
		}
	}
	return all
}
