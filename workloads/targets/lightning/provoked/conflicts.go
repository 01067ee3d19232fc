package provoked

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// readOp is something that a transaction reads. The result of read is compared as text.
type readOp struct {
	name string
	read func(t *engine.Txn) (string, error)
}

// readings returns all ways to read the keys b to f, of which c and e exist.
func readings() (all []readOp) {
	for _, k := range []string{"b", "c", "d", "e", "f"} {
		all = append(all, readOp{"Get of " + k, func(t *engine.Txn) (string, error) {
			v, err := t.Get([]byte(k))
			if errors.Is(err, engine.ErrNotFound) {
				return "nothing", nil
			}
			return string(v), err
		}})
	}
	for _, o := range []engine.IterOptions{
		{},
		{LowerBound: []byte("c")},
		{LowerBound: []byte("d")},
		{UpperBound: []byte("e")},
		{UpperBound: []byte("d")},
		{LowerBound: []byte("c"), UpperBound: []byte("e")},
		{Prefix: []byte("d")},
		{LowerBound: []byte("f")},
		{UpperBound: []byte("b")},
	} {
		bounds := fmt.Sprintf("from %q to %q with prefix %q", o.LowerBound, o.UpperBound, o.Prefix)
		for _, steps := range []int{1, 2, 9} {
			all = append(all,
				readOp{fmt.Sprintf("%d steps %s", steps, bounds), walking(o, steps, (*engine.Iterator).First, (*engine.Iterator).Next)},
				readOp{fmt.Sprintf("%d steps back %s", steps, bounds), walking(o, steps, (*engine.Iterator).Last, (*engine.Iterator).Prev)},
			)
		}
	}
	for _, k := range []string{"b", "c", "d", "e", "f"} {
		seekGE := func(it *engine.Iterator) bool { return it.SeekGE([]byte(k)) }
		seekLT := func(it *engine.Iterator) bool { return it.SeekLT([]byte(k)) }
		all = append(all,
			readOp{"SeekGE of " + k, walking(engine.IterOptions{}, 1, seekGE, nil)}, readOp{"SeekGE of " + k + " and Prev", walking(engine.IterOptions{}, 2, seekGE, (*engine.Iterator).Prev)},
			readOp{"SeekLT of " + k, walking(engine.IterOptions{}, 1, seekLT, nil)}, readOp{"SeekLT of " + k + " and Next", walking(engine.IterOptions{}, 2, seekLT, (*engine.Iterator).Next)},
		)
	}
	return all
}

// walking returns a function that reads up to most pairs with an iterator.
func walking(o engine.IterOptions, most int, first, next func(*engine.Iterator) bool) func(t *engine.Txn) (string, error) {
	return func(t *engine.Txn) (shown string, err error) {
		it, err := t.NewIterator(o)
		if err != nil {
			return "", err
		}
		ok := first(it)
		for n := 1; ok; n++ {
			shown += fmt.Sprintf("%s=%s ", it.Key(), it.Value())
			if n == most {
				break
			}
			ok = next(it)
		}
		return fmt.Sprintf("%s%t", shown, ok), errors.Join(it.Error(), it.Close())
	}
}

// writings returns all ways to make one write near the keys b to f, and before and after all other keys.
func writings() (all map[string]func(b *engine.Batch)) {
	all = map[string]func(b *engine.Batch){}
	for _, k := range []string{"", "b", "c", "d", "e", "f", "c\x00", "e\x00", "\xff"} {
		all[fmt.Sprintf("Put of %q", k)] = func(b *engine.Batch) { b.Put([]byte(k), []byte("new")) }
		all[fmt.Sprintf("Delete of %q", k)] = func(b *engine.Batch) { b.Delete([]byte(k)) }
	}
	for _, r := range [][2]string{{"b", "c"}, {"b", "c\x00"}, {"c", "d"}, {"d", "e"}, {"d", "e\x00"}, {"e", "f"}, {"c\x00", "e"}, {"a", "z"}} {
		all["DeleteRange from "+r[0]+" to "+r[1]] = func(b *engine.Batch) { b.DeleteRange([]byte(r[0]), []byte(r[1])) }
	}
	return all
}

// conflictsIdle is the number of commits that come before, and in one of two rounds follow, enough for the engine to forget
// what no transaction needs. A reading without bounds conflicts with those that follow.
const conflictsIdle = 4

// conflicts lets a serializable transaction read something while another commit writes. If the transaction would read
// something else afterwards, its own commit must fail. If nothing is written meanwhile, it must succeed, although the writes
// just before it are remembered for another open transaction.
func conflicts() error {
	o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, Limits: engine.Limits{ConflictIdle: 1}}
	db, err := engine.Open(storeDir, o)
	if err != nil {
		return err
	}
	for _, r := range readings() {
		if err == nil {
			if err = unopposed(db, r); err != nil {
				err = fmt.Errorf("transaction that did %s, while nothing was written: %w", r.name, err)
			}
		}
		for name, write := range writings() {
			for _, follow := range []int{0, conflictsIdle} {
				if err != nil {
					break
				}
				if err = conflict(db, r, write, follow); err != nil {
					err = fmt.Errorf("transaction that did %s, while another commit did %s: %w", r.name, name, err)
				}
			}
		}
		if err == nil {
			err = db.Compact() // otherwise the memtable would fill up with range deletes
		}
	}
	if err == nil {
		err = firstCommitterWins(db)
	}
	return errors.Join(err, db.Close())
}

// span is a range of keys to write to: to put one, or to delete all.
type span struct{ from, to string }

// spans returns single keys and ranges. Some of them overlap, and some only touch.
func spans() (all []span) {
	for _, k := range []string{"b", "c", "d", "c\x00"} {
		all = append(all, span{k, k + "\x00"})
	}
	return append(all, span{"b", "c"}, span{"b", "c\x00"}, span{"c", "d"}, span{"c\x00", "d"}, span{"a", "z"})
}

func (s span) write(put func(k, v []byte) error, remove func(from, to []byte) error) error {
	if s.to == s.from+"\x00" {
		return put([]byte(s.from), nil)
	}
	return remove([]byte(s.from), []byte(s.to))
}

// firstCommitterWins lets a transaction write to keys to which another commit writes meanwhile. It must lose if they write
// to the same key, and only then.
func firstCommitterWins(db *engine.DB) error {
	for _, mine := range spans() {
		for _, theirs := range spans() {
			t, err := db.Begin(engine.TxnOptions{})
			if err != nil {
				return err
			}
			err = mine.write(t.Put, t.DeleteRange)
			err = errors.Join(err, theirs.write(
				func(k, v []byte) error { return db.Put(k, v, engine.NoSync) },
				func(from, to []byte) error { return db.DeleteRange(from, to, engine.NoSync) },
			))
			if err != nil {
				return errors.Join(err, t.Rollback())
			}
			outcome := t.Commit(engine.NoSync)
			if same := mine.from < theirs.to && theirs.from < mine.to; errors.Is(outcome, engine.ErrConflict) != same {
				return wrong("a transaction wrote to %q, and another commit to %q: the outcome is %w", mine, theirs, orNone(outcome))
			}
		}
	}
	return nil
}

// unopposed makes a transaction begin right after a commit and end before the next one, while another one is open.
func unopposed(db *engine.DB, r readOp) error {
	elder, err := db.Begin(engine.TxnOptions{})
	if err != nil {
		return err
	}
	return errors.Join(succeeds(db, r), elder.Rollback())
}

func succeeds(db *engine.DB, r readOp) error {
	var b engine.Batch
	for _, write := range writings() {
		write(&b)
	}
	if err := db.Apply(&b, engine.NoSync); err != nil {
		return err
	}
	t, err := db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
	if err != nil {
		return err
	}
	if _, err = r.read(t); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err = t.Put([]byte("c"), nil); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err = t.Commit(engine.NoSync); errors.Is(err, engine.ErrConflict) {
		err = wrong("its commit returns %w", err)
	}
	return err
}

func conflict(db *engine.DB, r readOp, write func(*engine.Batch), follow int) error {
	var b engine.Batch
	b.DeleteRange(nil, []byte("\xff\xff"))
	b.Put([]byte("c"), []byte("old"))
	b.Put([]byte("e"), []byte("old"))
	b.Put([]byte("~elsewhere"), nil) // what the transaction will write: a reading without bounds must not see a difference
	err := db.Apply(&b, engine.NoSync)
	elder, failed := db.Begin(engine.TxnOptions{})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	for range conflictsIdle { // only the elder transaction needs these
		err = errors.Join(err, db.Put([]byte("~idle"), nil, engine.NoSync))
	}
	t, failed := db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
	if err = errors.Join(err, failed, elder.Rollback()); err != nil {
		return err
	}
	before, err := r.read(t)
	b.Reset()
	write(&b)
	err = errors.Join(err, db.Apply(&b, engine.NoSync))
	for range follow {
		err = errors.Join(err, db.Put([]byte("~idle"), nil, engine.NoSync))
	}
	if err = errors.Join(err, t.Put([]byte("~elsewhere"), nil)); err != nil {
		return errors.Join(err, t.Rollback())
	}
	outcome := t.Commit(engine.NoSync)
	var now string
	err = db.View(func(t *engine.Txn) (err error) { now, err = r.read(t); return err })
	if err == nil && outcome == nil && now != before {
		err = wrong("the transaction read %q and committed, but would read %q now", before, now)
	}
	if outcome != nil && !errors.Is(outcome, engine.ErrConflict) {
		err = errors.Join(err, outcome)
	}
	return err
}
