package memtable_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
	"github.com/lightningdb/lightning-torture/engine/internal/key/keytest"
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

// crew divides entries among goroutines that add them at once.
type crew struct {
	table *memtable.Table
	parts [][]keytest.Entry
	done  []atomic.Int64 // number of entries of each part added so far
	left  atomic.Int64   // goroutines still adding
}

func newCrew(entries []keytest.Entry, goroutines int, rng *rand.Rand) *crew {
	c := &crew{table: memtable.New(0), parts: make([][]keytest.Entry, goroutines)}
	for _, i := range rng.Perm(len(entries)) {
		g := rng.IntN(goroutines)
		c.parts[g] = append(c.parts[g], entries[i])
	}
	c.done = make([]atomic.Int64, goroutines)
	c.left.Store(int64(goroutines))
	return c
}

// add adds a part: half of the goroutines use an inserter, in ascending runs.
func (c *crew) add(g int) {
	add := c.table.Add
	if g%2 == 0 {
		in := c.table.Inserter()
		add = in.Add
		for run := c.parts[g]; len(run) > 0; run = run[min(50, len(run)):] {
			keytest.Sort(run[:min(50, len(run))])
		}
	}
	for _, e := range c.parts[g] {
		add(e.Key, e.Trailer, e.Value)
		c.done[g].Add(1)
	}
	c.left.Add(-1)
}

// check reads an entry that has been added, at its own sequence number; nothing else may be found there.
func (c *crew) check(rng *rand.Rand) error {
	g := rng.IntN(len(c.parts))
	done := c.done[g].Load()
	if done == 0 {
		return nil
	}
	e := c.parts[g][rng.Int64N(done)]
	value, kind, ok := c.table.Get(e.Key, e.Trailer.Seq())
	if !ok || kind != e.Trailer.Kind() || !bytes.Equal(value, e.Value) {
		return fmt.Errorf("%q at %d: found %t, kind %d, %.20x", e.Key, e.Trailer.Seq(), ok, kind, value)
	}
	if _, _, ok := c.table.Get(e.Key, key.MaxSeq); !ok {
		return fmt.Errorf("%q: not found at the highest sequence number", e.Key)
	}
	if _, _, ok := c.table.Get(append(bytes.Clone(e.Key), 0xff, 0xff, 0xff), key.MaxSeq); ok {
		return fmt.Errorf("%q and more: a ghost", e.Key)
	}
	return c.walk(e, rng)
}

// walk goes a few steps from an entry and checks the order.
func (c *crew) walk(e keytest.Entry, rng *rand.Rand) error {
	it := c.table.NewIterator()
	if !it.SeekGE(e.Key, e.Trailer.Seq()) || it.Trailer() != e.Trailer {
		return fmt.Errorf("SeekGE missed %q #%d", e.Key, e.Trailer)
	}
	step, order := it.Next, -1
	if rng.IntN(2) == 0 {
		step, order = it.Prev, 1
	}
	user, tr := it.Key(), it.Trailer()
	for range 10 {
		if !step() {
			return it.Error()
		}
		if key.Compare(user, tr, it.Key(), it.Trailer()) != order {
			return fmt.Errorf("%q #%d and %q #%d are out of order", user, tr, it.Key(), it.Trailer())
		}
		user, tr = it.Key(), it.Trailer()
	}
	return nil
}

// TestManyInsertersAndReadersAgreeWithASortedSlice also builds two indexes on the way.
func TestManyInsertersAndReadersAgreeWithASortedSlice(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 7))
		entries := keytest.Random(rng, 15_000)
		c := newCrew(entries, 4, rng)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for g := range c.parts {
			wg.Go(func() { c.add(g) })
		}
		for r := range errs {
			wg.Go(func() {
				own := rand.New(rand.NewPCG(seed, uint64(100+r)))
				for errs[r] == nil && c.left.Load() > 0 {
					errs[r] = c.check(own)
				}
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...), "seed %d", seed)
		require.Equal(t, len(entries), c.table.Len())
		require.NoError(t, keytest.Conform(c.table.NewIterator(), entries, rng, 2000), "seed %d", seed)
		for g := range c.parts {
			for range 2000 {
				require.NoError(t, c.check(rng), "seed %d, part %d", seed, g)
			}
		}
	}
}

// TestVersionsOfOneKeyAddedAtOnce checks after each Add that neither it nor a newer version is hidden by an older one.
func TestVersionsOfOneKeyAddedAtOnce(t *testing.T) {
	const goroutines, keys, each = 4, 3, 8000
	table := memtable.New(0)
	var next atomic.Uint64
	var newest [keys]atomic.Uint64 // a version at least this new has been added
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := 0; i < each && errs[g] == nil; i++ {
				k := i % keys
				user := []byte{'k', byte(k)}
				seq := next.Add(1)
				table.Add(user, set(key.Seq(seq)), binary.LittleEndian.AppendUint64(nil, seq))
				for old := newest[k].Load(); old < seq && !newest[k].CompareAndSwap(old, seq); {
					old = newest[k].Load()
				}
				errs[g] = errors.Join(versionAt(table, user, key.Seq(seq), seq, seq),
					versionAt(table, user, key.MaxSeq, newest[k].Load(), ^uint64(0)))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, goroutines*each, table.Len())
}

// versionAt reads a key whose value is the sequence number, which must be between least and most.
func versionAt(table *memtable.Table, user []byte, at key.Seq, least, most uint64) error {
	value, _, ok := table.Get(user, at)
	if !ok {
		return fmt.Errorf("%x at %d: nothing", user, at)
	}
	if seq := binary.LittleEndian.Uint64(value); seq < least || seq > most {
		return fmt.Errorf("%x at %d: version %d, want %d to %d", user, at, seq, least, most)
	}
	return nil
}

// TestAddingTheSameEntryTwiceAtOncePanicsOnce runs both adds at once, many times.
func TestAddingTheSameEntryTwiceAtOncePanicsOnce(t *testing.T) {
	table := memtable.New(0)
	for i := range key.Seq(2000) {
		var panics atomic.Int64
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				defer func() {
					if recover() != nil {
						panics.Add(1)
					}
				}()
				table.Add([]byte("k"), set(i), nil)
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), panics.Load())
	}
}

// FuzzInserters adds the entries encoded in the input through two inserters and compares with a sorted slice.
func FuzzInserters(f *testing.F) {
	f.Add([]byte("a0b1c2a3"))
	f.Add([]byte("zzyyxxwwvvuuttssrrqq"))
	f.Add([]byte{0, 0, 255, 255, 1, 254, 2, 253, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		table := memtable.New(len(data))
		inserters := []memtable.Inserter{table.Inserter(), table.Inserter()}
		var entries []keytest.Entry
		for i := 0; i+1 < len(data); i += 2 {
			// A few bytes make many keys that are prefixes of each other, and many versions.
			user := bytes.Repeat(data[i:i+1], int(data[i+1]>>1)%4)
			seq := key.Seq(i*7919%65536 + 1)
			e := keytest.Entry{Key: user, Trailer: key.MakeTrailer(seq, key.Set), Value: data[i:]}
			inserters[data[i+1]&1].Add(e.Key, e.Trailer, e.Value)
			entries = append(entries, e)
			if len(entries) > 1000 {
				break
			}
		}
		keytest.Sort(entries)
		if err := keytest.Conform(table.NewIterator(), entries, rand.New(rand.NewPCG(1, 1)), 100); err != nil {
			t.Fatal(err)
		}
	})
}
