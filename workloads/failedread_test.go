package workloads_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// unreadable is a memstore in whose transactions every third read fails. Some of its transactions offer cursors, which
// fail as well; the others can only get single keys.
type unreadable struct {
	*memstore
	cursors      bool
	reads        int
	opened, shut int // numbers of cursors
}

func (u *unreadable) Begin(i workloads.Isolation) (workloads.Txn, error) {
	txn, err := u.memstore.Begin(i)
	if u.cursors {
		return unreadableCursors{unreadableTxn{txn, u}}, err
	}
	return unreadableTxn{txn, u}, err
}

func (u *unreadable) fails() bool {
	u.reads++
	return u.reads%3 == 0
}

type unreadableTxn struct {
	workloads.Txn
	store *unreadable
}

func (t unreadableTxn) Get(key []byte) ([]byte, bool, error) {
	if t.store.fails() {
		return nil, false, errDisk
	}
	return t.Txn.Get(key)
}

type unreadableCursors struct{ unreadableTxn }

func (t unreadableCursors) NewCursor(b workloads.Bounds) (workloads.Cursor, error) {
	c, err := t.store.memstore.NewCursor(b)
	t.store.opened++
	return &unreadableCursor{Cursor: c, store: t.store}, err
}

type unreadableCursor struct {
	workloads.Cursor
	store *unreadable
	err   error
}

func (c *unreadableCursor) Last() bool {
	if c.store.fails() {
		c.err = errDisk
		return false
	}
	return c.Cursor.Last()
}

func (c *unreadableCursor) Error() error { return errors.Join(c.err, c.Cursor.Error()) }

func (c *unreadableCursor) Close() error {
	c.store.shut++
	return c.Cursor.Close()
}

func TestAFailedReadEndsOnlyItsTransaction(t *testing.T) {
	for _, cursors := range []bool{false, true} {
		for _, workload := range []string{"append", "swap", "bank"} {
			store := &unreadable{memstore: newMemstore(none, 1), cursors: cursors}
			failed, acked := 0, 0
			for _, op := range drive(t, store, generate(t, workload, 1, workloads.Size{Clients: 1, Ops: 100})) {
				switch {
				case op.Kind != history.Txn:
				case op.Err == errDisk.Error():
					require.Equal(t, history.Unknown, op.Outcome)
					failed++
				case op.Outcome == history.Acked:
					acked++
				}
				if op.Order != "" && op.Outcome == history.Acked {
					require.Len(t, op.Order, len(op.Reads)+len(op.Writes), workload)
				}
			}
			require.Positive(t, failed, workload)
			require.Positive(t, acked, workload)
			require.Equal(t, store.opened, store.shut, "a cursor was left open")
		}
	}
}
