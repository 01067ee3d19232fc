package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// In every row transaction 1 does its work, transaction 2 commits in between, and then 1 commits.
func TestConflictsOfRanges(t *testing.T) {
	type work func(*testing.T, *engine.Txn)
	put := func(k string) work {
		return func(t *testing.T, txn *engine.Txn) { require.NoError(t, txn.Put([]byte(k), []byte("1"))) }
	}
	erase := func(start, end string) work {
		return func(t *testing.T, txn *engine.Txn) {
			require.NoError(t, txn.DeleteRange([]byte(start), []byte(end)))
		}
	}
	get := func(k string) work {
		return func(t *testing.T, txn *engine.Txn) {
			if _, err := txn.Get([]byte(k)); err != nil {
				require.ErrorIs(t, err, engine.ErrNotFound)
			}
			require.NoError(t, txn.Put([]byte("zz"), nil))
		}
	}
	iterate := func(lower, upper string) work {
		return func(t *testing.T, txn *engine.Txn) {
			scan(t, txn, engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)})
			require.NoError(t, txn.Put([]byte("zz"), nil))
		}
	}
	both := func(a, b work) work {
		return func(t *testing.T, txn *engine.Txn) { a(t, txn); b(t, txn) }
	}
	for _, c := range []struct {
		name             string
		one, two         work
		snapshot, serial bool // conflict?
	}{
		{"two ranges that overlap", erase("a", "f"), erase("e", "k"), true, true},
		{"one range inside another", erase("a", "k"), erase("c", "d"), true, true},
		{"one range around another", erase("c", "d"), erase("a", "k"), true, true},
		{"adjacent ranges", erase("a", "e"), erase("e", "k"), false, false},
		{"adjacent ranges in reverse order", erase("e", "k"), erase("a", "e"), false, false},
		{"a key, then a range over it", put("d"), erase("a", "k"), true, true},
		{"a key, then a range that starts at it", put("d"), erase("d", "k"), true, true},
		{"a key, then a range that ends at it", put("d"), erase("a", "d"), false, false},
		{"a range, then a key in it", erase("a", "k"), put("d"), true, true},
		{"a range, then the key at its start", erase("d", "k"), put("d"), true, true},
		{"a range, then the key at its end", erase("a", "d"), put("d"), false, false},
		{"a range, then a new key in it", erase("a", "k"), put("ff"), true, true},
		{"a range with own writes in it, then a key in it", both(erase("a", "k"), put("d")), put("e"), true, true},
		{"a key read, then a range over it", get("d"), erase("a", "k"), false, true},
		{"a key read, then a range that starts at it", get("d"), erase("d", "k"), false, true},
		{"a key read, then a range that ends at it", get("d"), erase("a", "d"), false, false},
		{"an absent key read, then a range over it", get("dd"), erase("a", "k"), false, true},
		{"reading a key in one's own range delete is not a read", both(erase("d", "e"), get("d")), erase("e", "k"), false, false},
		{"a range read, then a delete around it", iterate("b", "f"), erase("a", "k"), false, true},
		{"a range read, then a delete inside it", iterate("b", "f"), erase("c", "cc"), false, true},
		{"a range read, then a delete that ends at its start", iterate("b", "f"), erase("a", "b"), false, false},
		{"a range read, then a delete after it", iterate("b", "f"), erase("ff", "k"), false, false},
		{"an empty range is not a write", both(erase("k", "a"), put("z")), put("d"), false, false},
	} {
		for isolation, conflict := range map[engine.Isolation]bool{
			engine.SnapshotIsolation: c.snapshot, engine.Serializable: c.serial,
		} {
			t.Run(fmt.Sprintf("%s, isolation %d", c.name, isolation), func(t *testing.T) {
				db := memory(t, "d", "e", "h")
				one, two := begin(t, db, isolation), begin(t, db, isolation)
				c.one(t, one)
				c.two(t, two)
				require.NoError(t, two.Commit(engine.NoSync))
				before := shown(t, db)
				err := one.Commit(engine.NoSync)
				if !conflict {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, engine.ErrConflict)
				require.Equal(t, before, shown(t, db), "the transaction left no trace")
			})
		}
	}
}

func TestABlindRangeDeleteConflictsWithAnOpenTransaction(t *testing.T) {
	db := memory(t, "d")
	txn := begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("d"), nil))
	require.NoError(t, db.Put([]byte("other"), nil, engine.NoSync))
	require.NoError(t, db.DeleteRange([]byte("a"), []byte("e"), engine.NoSync))
	require.NoError(t, db.Put([]byte("other"), nil, engine.NoSync))
	require.ErrorIs(t, txn.Commit(engine.NoSync), engine.ErrConflict)
}

func TestForgettingARangeKeepsTheOtherKeys(t *testing.T) {
	db := memory(t, "d")
	require.NoError(t, db.DeleteRange([]byte("a"), []byte("long end of the range"), engine.NoSync))
	txn := begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("d"), nil))
	require.NoError(t, db.Put([]byte("d"), nil, engine.NoSync)) // no open transaction needs the earlier commits
	require.ErrorIs(t, txn.Commit(engine.NoSync), engine.ErrConflict)
}

func TestTxnSeesItsOwnRangeDeletes(t *testing.T) {
	db := memory(t, "", "a", "b", "c", "d", "e")
	require.NoError(t, db.Flush())
	require.NoError(t, db.Put([]byte("b"), []byte("newer"), engine.NoSync))
	txn := begin(t, db, engine.Serializable)
	require.NoError(t, txn.Put([]byte("bb"), nil))
	require.NoError(t, txn.Put(nil, []byte("1")))
	require.NoError(t, txn.Put(nil, []byte("2")))
	before, err := txn.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	require.NoError(t, txn.DeleteRange([]byte("b"), []byte("d")))
	require.NoError(t, txn.DeleteRange([]byte("d"), []byte("a")))
	require.NoError(t, txn.Put([]byte("c"), []byte("own")))
	want := []string{"", "a", "c", "d", "e"}
	require.Equal(t, want, scan(t, txn, engine.IterOptions{}))
	require.Equal(t, []string{"", "a", "b", "bb", "c", "d", "e"}, keysOf(t, before, nil), "an iterator does not see later range deletes")
	it, err := txn.NewIterator(engine.IterOptions{})
	require.Equal(t, want, keysOf(t, it, err))
	for _, k := range []string{"b", "bb"} {
		_, err := txn.Get([]byte(k))
		require.ErrorIs(t, err, engine.ErrNotFound)
	}
	v, err := txn.Get([]byte("c"))
	require.NoError(t, err)
	require.Equal(t, "own", string(v))
	require.Equal(t, []string{"", "a", "b", "c", "d", "e"}, shown(t, db), "uncommitted range deletes are invisible to others")
	require.NoError(t, txn.Commit(engine.NoSync))
	require.Equal(t, want, shown(t, db))
	v, err = db.Get(nil)
	require.NoError(t, err)
	require.Equal(t, "2", string(v))
	require.ErrorIs(t, txn.DeleteRange([]byte("a"), []byte("b")), engine.ErrTxnDone)

	reader, err := db.Begin(engine.TxnOptions{ReadOnly: true})
	require.NoError(t, err)
	require.ErrorIs(t, reader.DeleteRange([]byte("a"), []byte("b")), engine.ErrReadOnly)
	require.ErrorIs(t, reader.DeleteRange([]byte("b"), []byte("a")), engine.ErrReadOnly)
	require.NoError(t, reader.Rollback())
}
