package audit

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// Parameters of goesOn.
const (
	goesOnEach   = 5 // one in this many pairs is overwritten or deleted
	goesOnWrites = 8 // maximum number of such pairs
)

// goesOn writes to the store in env, which shows state: it overwrites some keys, deletes some, and adds one. The store must
// show the result, also after it was closed and opened again. New writes must win over everything that was there, even if
// the store is a copy or was repaired.
func (a *Auditor) goesOn(env contract.Env, state *history.State) error {
	if a.target.IsLog() {
		return nil // what may be written to a log depends on where it ends; see accounts
	}
	want, writes := map[string][]byte{}, []history.Write{{Key: []byte("goes-on"), Value: []byte("new")}}
	i := 0
	for k, v := range state.All() {
		if want[string(k)] = bytes.Clone(v); i%goesOnEach == 0 && len(writes) < goesOnWrites {
			writes = append(writes, history.Write{Key: bytes.Clone(k), Value: []byte("newer than all that was there"), Delete: i%(2*goesOnEach) == 0})
		}
		i++
	}
	for i := range writes {
		if w := &writes[i]; w.Delete {
			w.Value = nil
			delete(want, string(w.Key))
		} else {
			want[string(w.Key)] = w.Value
		}
	}
	store, err := a.target.OpenStore(env)
	if err != nil {
		return err
	}
	for _, w := range writes {
		err = errors.Join(err, store.Apply([]history.Write{w}, history.Sync))
	}
	err = errors.Join(err, showsAll(store, want), store.Close())
	if err != nil {
		return err
	}
	if store, err = a.target.OpenStore(env); err != nil {
		return fmt.Errorf("opened again: %w", err)
	}
	err = showsAll(store, want)
	if v, ok := workloads.Offers[workloads.Verifier](store); ok && err == nil {
		err = v.Verify()
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("opened again: %w", err)
	}
	return nil
}

// showsAll returns an error unless the store shows exactly the pairs in want.
func showsAll(store workloads.Store, want map[string][]byte) error {
	state := &history.State{}
	if err := workloads.ReadAll(store, state); err != nil {
		return err
	}
	if d := difference(stateOf(want), state); d != "" {
		return fmt.Errorf("%w: %s", errShows, d)
	}
	return nil
}

var errShows = errors.New("wrong contents")
