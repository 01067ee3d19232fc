package lightning

import (
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// LogTarget returns Lightning as the log of a raft node: each entry is a pair, and truncation deletes a range. It makes
// all the promises of Target, but offers no repair.
func LogTarget() torture.Target {
	t := Target()
	t.Name, t.Open = "lightning-log", nil
	t.OpenLog = func(env torture.Env) (appendlog.Log, error) {
		o, err := optionsIn(env)
		if err != nil {
			return nil, err
		}
		s, err := open(env.Dir, o)
		if err != nil {
			return nil, err
		}
		return log{s.(*store)}, nil
	}
	t.Administration.OpenReadOnly = func(env torture.Env) (workloads.Store, error) {
		s, err := administration().OpenReadOnly(env)
		if err != nil {
			return nil, err
		}
		return workloads.FromLog(log{s.(*store)}), nil
	}
	t.Goals = nil // runs of Target must reach them
	t.Administration.OpenAccountant, t.Administration.AccountFiles = nil, nil
	t.Administration.Repair = nil // a repaired store may have gaps, and a log must not
	t.Go.Expr = "lightning.LogTarget()"
	return t
}

// log is a store whose keys are the indexes of entries, apart from a few other values, whose keys sort before them.
type log struct{ *store }

var (
	_ appendlog.FrontTruncater = log{}
	_ appendlog.BackTruncater  = log{}
	_ appendlog.FreeStarter    = log{}
	_ appendlog.Values         = log{}
)

func (l log) First() (uint64, error) { return l.end((*engine.Iterator).First) }
func (l log) Last() (uint64, error)  { return l.end((*engine.Iterator).Last) }

// end returns the index of the entry to which the function to moves an iterator, or 0 if there is none.
func (l log) end(to func(*engine.Iterator) bool) (index uint64, err error) {
	it, err := l.db.NewIterator(engine.IterOptions{LowerBound: history.EntryKey(0), UpperBound: history.EntriesEnd()})
	if err != nil {
		return 0, translate(err)
	}
	if to(it) {
		index, _ = history.EntryIndex(it.Key())
	}
	return index, translate(errors.Join(it.Error(), it.Close()))
}

func (l log) Entry(index uint64) ([]byte, bool, error) { return l.store.Get(history.EntryKey(index)) }

func (l log) Append(entries []appendlog.Entry, d history.Durability) error {
	b := &engine.Batch{}
	for _, e := range entries {
		b.Put(history.EntryKey(e.Index), e.Data)
	}
	return translate(l.db.Apply(b, durability(d)))
}

func (l log) TruncateFront(keep uint64, d history.Durability) error {
	return l.DeleteRange(history.EntryKey(0), history.EntryKey(keep), d)
}

func (l log) TruncateBack(from uint64, d history.Durability) error {
	return l.DeleteRange(history.EntryKey(from), history.EntriesEnd(), d)
}

func (l log) StartsAnywhere() bool { return true }

func (l log) Set(key, value []byte, d history.Durability) error {
	return translate(l.db.Put(key, value, durability(d)))
}
