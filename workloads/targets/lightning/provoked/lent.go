package provoked

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// lent overwrites every slice that it has passed to a store as soon as the call has returned, and every value that it
// was given. What the store shows, and which transactions conflict, must not depend on them.
func lent() error {
	db, err := engine.Open(storeDir, options(faultfs.New(faultfs.Options{}), true))
	if err != nil {
		return err
	}
	l := &lender{db: db, pairs: map[string]string{}}
	err = l.writes()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"in memory", func() error { return nil }}, {"in tables", db.Flush}, {"after a compaction", db.Compact},
	} {
		if err == nil {
			if err = errors.Join(step.do(), l.reads(), l.conflicts()); err != nil {
				err = fmt.Errorf("%s: %w", step.name, err)
			}
		}
	}
	return errors.Join(err, db.Close())
}

// lender is a client that overwrites what it has lent to a store. A store may use the slices in lent until the call returns.
type lender struct {
	db    *engine.DB
	pairs map[string]string
	lent  [][]byte
}

// lend returns a copy of a slice, to be passed in a call.
func (l *lender) lend(b []byte) []byte {
	b = bytes.Clone(b)
	l.lent = append(l.lent, b)
	return b
}

// returned overwrites everything that was lent, and returns its argument.
func (l *lender) returned(err error) error {
	for _, b := range l.lent {
		for i := range b {
			b[i] = '!'
		}
	}
	l.lent = nil
	return err
}

// writes writes in each way.
func (l *lender) writes() (err error) {
	var b engine.Batch
	t, err := l.db.Begin(engine.TxnOptions{})
	if err != nil {
		return err
	}
	for i := range 48 {
		k, v := l.lend(key(i)), l.lend(value(i))
		l.pairs[string(k)] = string(v)
		switch i % 3 {
		case 0:
			err = errors.Join(err, l.db.Put(k, v, engine.NoSync))
		case 1:
			b.Put(k, v)
		default:
			err = errors.Join(err, t.Put(k, v))
		}
		err = l.returned(err)
	}
	for i, remove := range []func(from, to []byte) error{
		func(from, _ []byte) error { return l.db.Delete(from, engine.NoSync) },
		func(from, to []byte) error { return l.db.DeleteRange(from, to, engine.NoSync) },
		func(from, _ []byte) error { b.Delete(from); return nil },
		func(from, to []byte) error { b.DeleteRange(from, to); return nil },
		func(from, _ []byte) error { return t.Delete(from) },
		t.DeleteRange,
	} {
		at := 3*i + i/2
		err = errors.Join(err, l.returned(remove(l.lend(key(at)), l.lend(key(at+1)))))
		delete(l.pairs, string(key(at)))
	}
	return errors.Join(err, l.db.Apply(&b, engine.NoSync), t.Commit(engine.NoSync))
}

// reads reads everything through each kind of reader, twice.
func (l *lender) reads() error {
	s := l.db.NewSnapshot()
	defer s.Close()
	t, err := l.db.Begin(engine.TxnOptions{})
	if err != nil {
		return err
	}
	for k, v := range l.pairs { // the transaction reads its own writes
		err = errors.Join(err, t.Put([]byte(k), []byte(v)))
	}
	for name, r := range map[string]reader{"the store": l.db, "a snapshot": s, "a transaction": t} {
		for range 2 {
			if err == nil {
				if err = errors.Join(l.gets(r), l.scans(r)); err != nil {
					err = fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return errors.Join(err, t.Rollback())
}

func (l *lender) gets(r reader) error {
	for k, want := range l.pairs {
		got, err := r.Get(l.lend([]byte(k)))
		if err != nil || string(got) != want {
			return wrong("Get of %q returns %d bytes that are not those written (%w)", k, len(got), orNone(err))
		}
		l.lent = append(l.lent, got)
		if err := l.returned(nil); err != nil {
			return err
		}
	}
	return nil
}

// scans reads the keys within bounds, forward and backward, after a seek.
func (l *lender) scans(r reader) error {
	from, to := key(5), key(40)
	it, err := r.NewIterator(engine.IterOptions{LowerBound: l.lend(from), UpperBound: l.lend(to), Prefix: l.lend([]byte("key-"))})
	if err = l.returned(err); err != nil {
		return err
	}
	want := slices.DeleteFunc(slices.Sorted(maps.Keys(l.pairs)), func(k string) bool { return k < string(from) || k >= string(to) })
	for _, forward := range []bool{true, false} {
		move, ok := it.Next, false
		if forward {
			ok = it.SeekGE(l.lend(key(0)))
		} else {
			move, ok = it.Prev, it.SeekLT(l.lend(key(99)))
		}
		_ = l.returned(nil)
		var got []string
		for ; ok; ok = move() {
			if got = append(got, string(it.Key())); string(it.Value()) != l.pairs[string(it.Key())] {
				err = errors.Join(err, wrong("an iterator shows %q with a value that was not written", it.Key()))
			}
		}
		if !forward {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			err = errors.Join(err, wrong("an iterator from %q to %q shows %q, want %q", from, to, got, want))
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}

// conflicts commits serializable transactions after another commit has changed what they have read.
func (l *lender) conflicts() error {
	for name, read := range map[string]func(t *engine.Txn) error{
		"a key": func(t *engine.Txn) error {
			_, err := t.Get(l.lend(key(30)))
			return err
		},
		"a range": func(t *engine.Txn) error {
			it, err := t.NewIterator(engine.IterOptions{LowerBound: l.lend(key(29)), UpperBound: l.lend(key(31))})
			if err = l.returned(err); err != nil {
				return err
			}
			it.Last()
			for ok := it.First(); ok; ok = it.Next() {
			}
			return errors.Join(it.Error(), it.Close())
		},
		"a range from a key": func(t *engine.Txn) error {
			return l.sought(t, func(it *engine.Iterator) bool { return it.SeekGE(l.lend(key(30))) })
		},
		"a range to a key": func(t *engine.Txn) error {
			return l.sought(t, func(it *engine.Iterator) bool { return it.SeekLT(l.lend(key(31))) })
		},
	} {
		t, err := l.db.Begin(engine.TxnOptions{Isolation: engine.Serializable})
		if err != nil {
			return err
		}
		err = errors.Join(l.returned(read(t)), t.Put([]byte("~"), nil), l.db.Put(key(30), value(30), engine.NoSync))
		if committed := t.Commit(engine.NoSync); err == nil && !errors.Is(committed, engine.ErrConflict) {
			err = wrong("what a transaction has read (%s) has changed, and Commit returns %w", name, orNone(committed))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sought makes a single seek with an iterator of a transaction.
func (l *lender) sought(t *engine.Txn, seek func(it *engine.Iterator) bool) error {
	it, err := t.NewIterator(engine.IterOptions{})
	if err != nil {
		return err
	}
	seek(it)
	return errors.Join(l.returned(it.Error()), it.Close())
}
