package remains

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// The data of every round: always the same keys, with values of the same lengths.
const (
	keys       = 12
	valueBytes = 300
	longBytes  = 3000 // of the first key's
)

func keyOf(i int) []byte { return fmt.Appendf(nil, "k%02d", i) }

func valueOf(i, round int, largest workloads.Largest) []byte {
	n := valueBytes
	if i == 0 {
		n = longBytes
	}
	n = largest.Value(n)
	return bytes.Repeat(fmt.Appendf(nil, "%02d of %d ", i, round), n/8+1)[:n]
}

// round overwrites all live data, reads it in every way that the store offers, and lets the store tidy up. It leaves nothing
// open, such as cursors or transactions.
func round(s workloads.Store, n int, target *contract.Target) error {
	if err := write(s, n, target.Largest); err != nil {
		return err
	}
	return errors.Join(read(s, target), tidy(s, n))
}

func write(s workloads.Store, n int, largest workloads.Largest) error {
	if d, ok := s.(workloads.RangeDeleter); ok {
		if err := d.DeleteRange(keyOf(2), keyOf(5), history.NoSync); err != nil {
			return err
		}
	}
	for i := range keys {
		d := history.NoSync
		if i == keys-1 {
			d = history.Sync
		}
		err := s.Apply([]history.Write{{Key: keyOf(i), Value: valueOf(i, n, largest)}}, d)
		if err != nil && !errors.Is(err, workloads.ErrTooLarge) { // the store may have limits
			return err
		}
	}
	return nil
}

func read(s workloads.Store, target *contract.Target) error {
	_, _, err := s.Get(keyOf(1))
	pairs := 0
	err = errors.Join(err, s.Scan(nil, nil, func(_, _ []byte) bool { pairs++; return pairs < keys/2 }))
	if m, ok := s.(workloads.CursorMaker); ok {
		c, failed := m.NewCursor(workloads.Bounds{})
		if failed == nil {
			c.Last()
			failed = errors.Join(c.Error(), c.Close())
		}
		err = errors.Join(err, failed)
	}
	if m, ok := s.(workloads.Snapshotter); ok {
		snapshot, failed := m.NewSnapshot()
		if failed == nil {
			_, _, failed = snapshot.Get(keyOf(2))
			failed = errors.Join(failed, snapshot.Close())
		}
		err = errors.Join(err, failed)
	}
	if m, ok := s.(workloads.Streamer); ok {
		r, found, failed := m.OpenValue(keyOf(0))
		if failed == nil && found {
			_, failed = io.ReadFull(r, make([]byte, target.Largest.Value(longBytes)/2))
			failed = errors.Join(failed, r.Close())
		}
		err = errors.Join(err, failed)
	}
	if t, ok := s.(workloads.Transactor); ok && target.Promises.Transactions {
		err = errors.Join(err, transact(t))
	}
	return err
}

// transact commits a transaction and rolls one back.
func transact(s workloads.Transactor) error {
	for _, commit := range []bool{true, false} {
		txn, err := s.Begin(workloads.Serializable)
		if err != nil {
			return err
		}
		value, found, err := txn.Get(keyOf(3))
		if err == nil && found {
			err = txn.Put(keyOf(3), bytes.Clone(value))
		}
		if err == nil && commit {
			err = txn.Commit(history.NoSync)
		} else {
			txn.Rollback()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compactsEach: one in this many rounds compacts everything and verifies the store, which finds unreferenced files.
const compactsEach = 4

func tidy(s workloads.Store, n int) (err error) {
	m, ok := s.(workloads.Maintainer)
	if ok {
		err = m.Flush()
	}
	if n%compactsEach > 0 {
		return err
	}
	if ok {
		err = errors.Join(err, m.Compact())
	}
	if v, ok := s.(workloads.Verifier); ok {
		err = errors.Join(err, v.Verify())
	}
	return err
}
