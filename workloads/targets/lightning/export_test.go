package lightning

import (
	"bytes"
	"errors"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Wrap returns a database as workloads see it.
func Wrap(db *engine.DB) workloads.Store { return &store{db: db} }

// Rewriting returns a store whose every commit deletes ranges of keys around what it writes, and rewrites what was
// there. The content is the same as without the deletes, so every judge applies, and range deletes are exposed to
// everything the lab does. The function deleted is called once for each range.
func Rewriting(s workloads.Store, deleted func()) workloads.Store {
	if q, ok := s.(*sequenced); ok {
		s = q.store
	}
	return &rewriting{s.(*store), deleted}
}

type rewriting struct {
	*store
	deleted func()
}

// neighboursMax is the most existing keys that one range delete covers.
const neighboursMax = 4

func (r *rewriting) Apply(writes []history.Write, d history.Durability) error {
	for {
		t, err := r.db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
		if err != nil {
			return translate(err)
		}
		for _, w := range writes {
			err = errors.Join(err, r.rewrite(t, w))
		}
		if err != nil {
			return translate(errors.Join(err, t.Rollback()))
		}
		if err = t.Commit(durability(d)); !errors.Is(err, engine.ErrConflict) {
			return translate(err) // a plain commit never conflicts, so a conflict is retried
		}
	}
}

func (r *rewriting) rewrite(t *engine.Txn, w history.Write) error {
	it, err := t.NewIterator(engine.IterOptions{LowerBound: w.Key})
	if err != nil {
		return err
	}
	end := append(bytes.Clone(w.Key), 0)
	var pairs [][2][]byte
	for ok := it.First(); ok && len(pairs) < neighboursMax; ok = it.Next() {
		pairs = append(pairs, [2][]byte{bytes.Clone(it.Key()), bytes.Clone(it.Value())})
		end = append(bytes.Clone(it.Key()), 0)
	}
	err = errors.Join(it.Error(), it.Close(), t.DeleteRange(w.Key, end))
	for _, p := range pairs {
		if err == nil {
			err = t.Put(p[0], p[1])
		}
	}
	r.deleted()
	switch {
	case err != nil:
		return err
	case w.Delete:
		return t.DeleteRange(w.Key, append(bytes.Clone(w.Key), 0))
	}
	return t.Put(w.Key, w.Value)
}
