package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

func open(t *testing.T, o engine.Options) *engine.DB {
	t.Helper()
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	return db
}

func memory(t *testing.T, pairs ...string) *engine.DB {
	t.Helper()
	db := open(t, engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true})
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	for _, k := range pairs {
		require.NoError(t, db.Put([]byte(k), []byte("0"), engine.NoSync))
	}
	return db
}

func begin(t *testing.T, db *engine.DB, i engine.Isolation) *engine.Txn {
	t.Helper()
	txn, err := db.Begin(engine.TxnOptions{Isolation: i})
	require.NoError(t, err)
	return txn
}

func scan(t *testing.T, txn *engine.Txn, o engine.IterOptions) (keys []string) {
	t.Helper()
	it, err := txn.NewIterator(o)
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		keys = append(keys, string(it.Key()))
	}
	require.NoError(t, it.Error())
	require.NoError(t, it.Close())
	return keys
}

// In every row transaction 1 reads and writes, transaction 2 commits in between, and then 1 commits.
func TestConflicts(t *testing.T) {
	get := func(k string) func(*testing.T, *engine.Txn) {
		return func(t *testing.T, txn *engine.Txn) {
			t.Helper()
			if _, err := txn.Get([]byte(k)); err != nil {
				require.ErrorIs(t, err, engine.ErrNotFound)
			}
		}
	}
	iterate := func(lower, upper string) func(*testing.T, *engine.Txn) {
		return func(t *testing.T, txn *engine.Txn) {
			t.Helper()
			scan(t, txn, engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)})
		}
	}
	move := func(move func(*engine.Iterator)) func(*testing.T, *engine.Txn) {
		return func(t *testing.T, txn *engine.Txn) {
			t.Helper()
			it, err := txn.NewIterator(engine.IterOptions{LowerBound: []byte("b"), UpperBound: []byte("x")})
			require.NoError(t, err)
			move(it)
		}
	}
	for name, c := range map[string]struct {
		read             func(*testing.T, *engine.Txn)
		write1, write2   string
		snapshot, serial bool // conflict?
	}{
		"lost update":                          {get("d"), "d", "d", true, true},
		"blind write of one key":               {nil, "d", "d", true, true},
		"other keys":                           {get("d"), "d", "e", false, false},
		"write skew":                           {get("e"), "d", "e", false, true},
		"read of an absent key":                {get("nothing"), "d", "nothing", false, true},
		"own write, then read: not a read":     {nil, "d", "e", false, false},
		"phantom in a range":                   {iterate("a", "m"), "z", "f", false, true},
		"write at the end of the range":        {iterate("a", "m"), "z", "m", false, true}, // ranges may be tracked up to and including their end
		"write before a range":                 {iterate("b", "m"), "z", "a", false, false},
		"write after a range":                  {iterate("b", "m"), "z", "n", false, false},
		"first key only: after it":             {move(func(i *engine.Iterator) { i.First() }), "z", "f", false, false},
		"first key only: in the gap before it": {move(func(i *engine.Iterator) { i.First() }), "z", "bb", false, true},
		"last key only: before it":             {move(func(i *engine.Iterator) { i.Last() }), "z", "d", false, false},
		"last key only: in the gap after it":   {move(func(i *engine.Iterator) { i.Last() }), "z", "w", false, true},
		"last and one back: between": {
			move(func(i *engine.Iterator) { i.Last(); i.Prev() }), "z", "g", false, true,
		},
		"seek to nothing: in the gap up to the bound": {
			move(func(i *engine.Iterator) { i.SeekGE([]byte("r")) }), "z", "s", false, true,
		},
		"seek back to nothing: in the gap to the bound": {
			move(func(i *engine.Iterator) { i.SeekLT([]byte("c")) }), "z", "bb", false, true,
		},
		"forward, then back over the start": {
			move(func(i *engine.Iterator) { i.SeekGE([]byte("e")); i.Prev() }), "z", "dd", false, true,
		},
	} {
		for isolation, conflict := range map[engine.Isolation]bool{
			engine.SnapshotIsolation: c.snapshot, engine.Serializable: c.serial,
		} {
			t.Run(fmt.Sprintf("%s, isolation %d", name, isolation), func(t *testing.T) {
				db := memory(t, "d", "e", "h")
				one, two := begin(t, db, isolation), begin(t, db, isolation)
				require.NoError(t, one.Put([]byte(c.write1), []byte("1")))
				if c.read != nil {
					c.read(t, one)
				} else {
					get(c.write1)(t, one)
				}
				require.NoError(t, two.Put([]byte(c.write2), []byte("2")))
				require.NoError(t, two.Commit(engine.NoSync))
				err := one.Commit(engine.NoSync)
				v, getErr := db.Get([]byte(c.write1))
				if conflict {
					require.ErrorIs(t, err, engine.ErrConflict)
					require.True(t, getErr != nil || string(v) != "1", "the transaction left no trace")
					return
				}
				require.NoError(t, err)
				require.Equal(t, "1", string(v))
			})
		}
	}
}

func TestTxnReadsItsSnapshotAndItsOwnWrites(t *testing.T) {
	db := memory(t, "a", "b", "c")
	txn := begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("b"), []byte("first")))
	require.NoError(t, txn.Put([]byte("b"), []byte("own")))
	require.NoError(t, txn.Delete([]byte("c")))
	require.NoError(t, txn.Put([]byte("d"), []byte("own")))
	require.NoError(t, db.Put([]byte("a"), []byte("later"), engine.NoSync))
	require.NoError(t, db.Put([]byte("e"), []byte("later"), engine.NoSync))
	require.NoError(t, db.Compact())

	v, err := txn.Get([]byte("a"))
	require.NoError(t, err)
	require.Equal(t, "0", string(v))
	v, err = txn.Get([]byte("b"))
	require.NoError(t, err)
	require.Equal(t, "own", string(v))
	_, err = txn.Get([]byte("c"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.Equal(t, []string{"a", "b", "d"}, scan(t, txn, engine.IterOptions{}))
	_, err = db.Get([]byte("d"))
	require.ErrorIs(t, err, engine.ErrNotFound, "uncommitted writes are invisible to others")

	it, err := txn.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	require.True(t, it.Last())
	require.Equal(t, "own", string(it.Value()))
	require.NoError(t, txn.Put([]byte("z"), []byte("own")))
	require.False(t, it.Next(), "an iterator sees only earlier writes")
	require.NoError(t, txn.Commit(engine.Sync))
	require.False(t, it.First())
	require.ErrorIs(t, it.Error(), engine.ErrTxnDone)
	require.ErrorIs(t, txn.Put(nil, nil), engine.ErrTxnDone)
	v, err = db.Get([]byte("b"))
	require.NoError(t, err)
	require.Equal(t, "own", string(v))
	require.Zero(t, db.Metrics().Snapshots)
}

func TestReadOnlyNeverConflicts(t *testing.T) {
	db := memory(t, "a")
	txn, err := db.Begin(engine.TxnOptions{Isolation: engine.Serializable, ReadOnly: true})
	require.NoError(t, err)
	scan(t, txn, engine.IterOptions{})
	require.ErrorIs(t, txn.Put([]byte("a"), nil), engine.ErrReadOnly)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.NoSync))
	require.NoError(t, txn.Commit(engine.Sync))
}

func TestATransactionOlderThanTheWindowConflicts(t *testing.T) {
	db := memory(t, "a")
	txn := begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("mine"), nil))
	var b engine.Batch
	for i := range 70_000 {
		b.Put(strconv.AppendInt(nil, int64(i), 10), nil)
	}
	require.NoError(t, db.Apply(&b, engine.NoSync))
	require.ErrorIs(t, txn.Commit(engine.NoSync), engine.ErrConflict, "the commits that it must be validated against are forgotten")
	txn = begin(t, db, engine.SnapshotIsolation)
	require.NoError(t, txn.Put([]byte("mine"), nil))
	require.NoError(t, txn.Commit(engine.NoSync))
}

// TestTransfersConserveTheTotal moves money at both isolation levels while readers add it up.
func TestTransfersConserveTheTotal(t *testing.T) {
	const accounts, total = 10, 1000
	o := tiny(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()))
	o.InlineMaintenance = false
	db := open(t, o)
	for i := range accounts {
		require.NoError(t, db.Put([]byte{byte(i)}, []byte("100"), engine.NoSync))
	}
	sum := func(txn *engine.Txn) int {
		it, err := txn.NewIterator(engine.IterOptions{})
		assert.NoError(t, err)
		n := 0
		for ok := it.First(); ok; ok = it.Next() {
			v, err := strconv.Atoi(string(it.Value()))
			assert.NoError(t, err)
			n += v
		}
		assert.NoError(t, it.Close())
		return n
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 5))
			for i := range 60 {
				if g < 2 {
					assert.NoError(t, db.View(func(txn *engine.Txn) error {
						assert.Equal(t, total, sum(txn))
						return nil
					}))
					continue
				}
				from, to := []byte{byte(rng.IntN(accounts))}, []byte{byte(rng.IntN(accounts))}
				assert.NoError(t, transfer(db, from, to, i%2 == 0))
			}
		})
	}
	wg.Wait()
	assert.NoError(t, db.View(func(txn *engine.Txn) error { assert.Equal(t, total, sum(txn)); return nil }))
	require.Positive(t, db.Metrics().Conflicts, "some transactions conflicted")
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

func transfer(db *engine.DB, from, to []byte, update bool) error {
	move := func(txn *engine.Txn) error {
		for _, step := range []struct {
			key   []byte
			delta int
		}{{from, -1}, {to, 1}} {
			v, err := txn.Get(step.key)
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(string(v))
			if err != nil {
				return err
			}
			if err := txn.Put(step.key, strconv.AppendInt(nil, int64(n+step.delta), 10)); err != nil {
				return err
			}
		}
		return nil
	}
	if update {
		return db.Update(move)
	}
	for {
		txn, err := db.Begin(engine.TxnOptions{})
		if err != nil {
			return err
		}
		if err := move(txn); err != nil {
			return errors.Join(err, txn.Rollback())
		}
		if err := txn.Commit(engine.NoSync); !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
}
