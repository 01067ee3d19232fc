package engine_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// stress is a store under everything that may run at once. Writers put pairs: two keys, one batch, one number.
type stress struct {
	t       *testing.T
	db      *engine.DB
	ops     atomic.Int64
	acked   [stressWriters]atomic.Int64 // the last number
	adds    atomic.Int64                // acknowledged transactions, each of which adds one
	unknown atomic.Int64                // transactions that failed, but may have been committed before Close
	closed  atomic.Bool
}

const stressWriters = 6

// over handles the error of a call. Until Close is called, there must be none.
func (s *stress) over(err error) bool {
	if err == nil {
		return false
	}
	assert.ErrorIs(s.t, err, engine.ErrClosed)
	assert.True(s.t, s.closed.Load())
	return true
}

func pairKey(writer int, side string) []byte { return fmt.Appendf(nil, "pair %d %s", writer, side) }

func (s *stress) write(writer int) {
	rng := rand.New(rand.NewPCG(uint64(writer), 1))
	for i := int64(1); ; i++ {
		v := binary.BigEndian.AppendUint64(nil, uint64(i))
		v = append(v, make([]byte, rng.IntN(90))...)
		var b engine.Batch
		b.Put(pairKey(writer, "left"), v)
		b.Put(pairKey(writer, "right"), v)
		b.DeleteRange(fmt.Appendf(nil, "many %d a", writer), fmt.Appendf(nil, "many %d z", writer))
		if s.over(s.db.Apply(&b, engine.Durability(rng.IntN(3)))) {
			return
		}
		s.acked[writer].Store(i)
		s.ops.Add(1)
		got, err := s.db.Get(pairKey(writer, "right"))
		if s.over(err) {
			return
		}
		assert.Equal(s.t, v, got, "an acknowledged commit can be read")
	}
}

// read checks that a reader never sees half a batch, goes back in time, or misses what was acknowledged.
func (s *stress) read() {
	for {
		var least [stressWriters]int64
		for w := range least {
			least[w] = s.acked[w].Load()
		}
		snap := s.db.NewSnapshot()
		for w := range least {
			left, lerr := snap.Get(pairKey(w, "left"))
			right, rerr := snap.Get(pairKey(w, "right"))
			if errors.Is(lerr, engine.ErrClosed) || errors.Is(rerr, engine.ErrClosed) {
				return
			}
			assert.Equal(s.t, left, right)
			if lerr == nil {
				assert.GreaterOrEqual(s.t, int64(binary.BigEndian.Uint64(left)), least[w])
			} else {
				assert.ErrorIs(s.t, lerr, engine.ErrNotFound)
				assert.Zero(s.t, least[w])
			}
		}
		snap.Close()
	}
}

// count increments a number in a transaction, over and over.
func (s *stress) count() {
	for {
		s.unknown.Add(1)
		err := s.db.Update(func(txn *engine.Txn) error {
			v, err := txn.Get([]byte("count"))
			if err != nil && !errors.Is(err, engine.ErrNotFound) {
				return err
			}
			n, _ := strconv.Atoi(string(v))
			return txn.Put([]byte("count"), []byte(strconv.Itoa(n+1)))
		})
		if errors.Is(err, engine.ErrConflict) {
			continue
		}
		if s.over(err) {
			return
		}
		s.unknown.Add(-1)
		s.adds.Add(1)
	}
}

func (s *stress) flush(compact bool) {
	for {
		do := s.db.Flush
		if compact {
			do = s.db.Compact
		}
		if s.over(do()) || s.over(s.db.Apply(&engine.Batch{}, engine.Sync)) {
			return
		}
		runtime.Gosched()
	}
}

// run continues until there are enough commits, closes the store in the middle of everything, and opens it again.
func (s *stress) run(o engine.Options, dir string, ops int64) {
	var err error
	s.db, err = engine.Open(dir, o)
	require.NoError(s.t, err)
	begin := s.ops.Load()
	var wg sync.WaitGroup
	for w := range stressWriters {
		wg.Go(func() { s.write(w) })
	}
	for range 2 {
		wg.Go(s.read)
		wg.Go(s.count)
	}
	wg.Go(func() { s.flush(false) })
	wg.Go(func() { s.flush(true) })
	for s.ops.Load() < begin+ops && !s.t.Failed() {
		runtime.Gosched()
	}
	s.closed.Store(true)
	require.NoError(s.t, s.db.Close())
	wg.Wait()
	s.check(o, dir)
}

func (s *stress) check(o engine.Options, dir string) {
	db, err := engine.Open(dir, o)
	require.NoError(s.t, err)
	require.NoError(s.t, db.Verify())
	for w := range stressWriters {
		v, err := db.Get(pairKey(w, "left"))
		if err != nil {
			require.ErrorIs(s.t, err, engine.ErrNotFound)
			require.Zero(s.t, s.acked[w].Load())
			continue
		}
		require.GreaterOrEqual(s.t, int64(binary.BigEndian.Uint64(v)), s.acked[w].Load())
	}
	v, err := db.Get([]byte("count"))
	if err != nil {
		require.ErrorIs(s.t, err, engine.ErrNotFound)
	}
	n, _ := strconv.Atoi(string(v))
	require.GreaterOrEqual(s.t, int64(n), s.adds.Load(), "no addition is lost")
	require.LessOrEqual(s.t, int64(n), s.adds.Load()+s.unknown.Load())
	require.NoError(s.t, db.Close())
}

// TestEverythingAtOnce runs commits of all durabilities, snapshots, transactions, flushes and compactions concurrently,
// with a new log every few commits, and closes the store among them. LIGHTNING_TEST_STRESS sets the number of rounds.
func TestEverythingAtOnce(t *testing.T) {
	rounds, commits := 3, int64(300)
	if testing.Short() {
		rounds, commits = 1, 100
	}
	if text := os.Getenv("LIGHTNING_TEST_STRESS"); text != "" {
		var err error
		rounds, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	for round := range rounds {
		o := tiny(afero.NewOsFs())
		o.InlineMaintenance, o.MemtableBytes, o.CompactionsMax, o.MemtablesMax = false, 1<<10, 2, 1+round%3
		s := &stress{t: t}
		s.run(o, t.TempDir(), commits)
	}
}
