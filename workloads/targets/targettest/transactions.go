package targettest

import (
	"errors"
	"runtime"
	"strconv"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// begins returns the store as a Transactor, or skips the test if the store has no transactions.
func (s *suite) begins() workloads.Transactor {
	s.Helper()
	t, ok := s.Store.(workloads.Transactor)
	if !ok {
		require.NoError(s.T, s.Close())
		s.Skip("the store has no transactions")
	}
	return t
}

func (s *suite) begin(level workloads.Isolation) workloads.Txn {
	s.Helper()
	t, err := s.begins().Begin(level)
	require.NoError(s.T, err)
	return t
}

func (s *suite) commits() {
	s.apply(history.NoSync, put("a", "1"), put("b", "1"))
	for _, d := range []history.Durability{history.Sync, history.NoSync, history.Buffered} {
		t := s.begin(workloads.Serializable)
		key, value := []byte("a"), []byte("2 "+d.String())
		require.NoError(s.T, t.Put(key, value))
		copy(key, "x")
		copy(value, "x")
		require.NoError(s.T, t.Delete([]byte("b")))
		s.has(t, "a", "2 "+d.String())
		s.has(t, "b", "")
		s.has(s, "b", "1")
		require.NoError(s.T, t.Commit(d))
		s.has(s, "a", "2 "+d.String())
		s.has(s, "b", "")
		s.apply(history.NoSync, put("b", "1"))
	}
}

func (s *suite) rollsBack() {
	s.apply(history.NoSync, put("a", "1"))
	t := s.begin(workloads.SnapshotIsolation)
	require.NoError(s.T, t.Put([]byte("a"), []byte("2")))
	t.Rollback()
	t.Rollback() // does no harm
	s.has(s, "a", "1")
	again := s.begin(workloads.SnapshotIsolation)
	require.NoError(s.T, again.Put([]byte("a"), []byte("3")))
	require.NoError(s.T, again.Commit(history.NoSync))
	again.Rollback()
	s.has(s, "a", "3")
}

func (s *suite) readsOnly() {
	s.apply(history.NoSync, put("a", "1"))
	t := s.begin(workloads.ReadOnly)
	s.apply(history.NoSync, put("a", "2"), put("b", "2"))
	s.has(t, "a", "1")
	s.has(t, "b", "")
	require.NoError(s.T, t.Commit(history.NoSync))
	s.has(s, "a", "2")
	s.begin(workloads.ReadOnly).Rollback()
}

// increments adds 1 to a counter in concurrent serializable transactions, which retry after a conflict.
func (s *suite) increments() {
	const workers, rounds = 4, 50
	s.begins()
	s.apply(history.NoSync, put("n", "0"))
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range rounds {
				err := workloads.ErrConflict
				for errors.Is(err, workloads.ErrConflict) {
					err = s.increment()
				}
				assert.NoError(s.T, err)
			}
		})
	}
	all.Wait()
	s.has(s, "n", strconv.Itoa(workers*rounds))
}

func (s *suite) increment() error {
	t, err := s.begins().Begin(workloads.Serializable)
	if err != nil {
		return err
	}
	value, _, err := t.Get([]byte("n"))
	runtime.Gosched() // lets others read the same value
	n, bad := strconv.Atoi(string(value))
	if err := errors.Join(err, bad, t.Put([]byte("n"), strconv.AppendInt(nil, int64(n+1), 10))); err != nil {
		t.Rollback()
		return err
	}
	return t.Commit(history.NoSync)
}

func (s *suite) scansInTransactions() {
	s.apply(history.NoSync, put("a", "1"), put("b", "1"), put("c", "1"), put("d", "1"))
	t := s.begin(workloads.Serializable)
	scanner, ok := t.(workloads.TxnScanner)
	if !ok {
		t.Rollback()
		return
	}
	require.NoError(s.T, t.Put([]byte("bb"), []byte("2")))
	require.NoError(s.T, t.Delete([]byte("c")))
	var seen []string
	require.NoError(s.T, scanner.Scan([]byte("b"), []byte("d"), func(key, value []byte) bool {
		seen = append(seen, string(key)+"="+string(value))
		return true
	}))
	require.Equal(s.T, []string{"b=1", "bb=2"}, seen)
	s.apply(history.NoSync, put("c0", "a phantom"))
	require.ErrorIs(s.T, t.Commit(history.NoSync), workloads.ErrConflict)
}
