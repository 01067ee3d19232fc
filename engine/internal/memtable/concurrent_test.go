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
	"github.com/lightningdb/lightning-torture/engine/internal/memtable"
)

// numberedKey returns the key of entry n, in an order of keys unrelated to the order of adding.
func numberedKey(n uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, n*0x9e3779b97f4a7c15)
}

func numberedValue(n uint64) []byte {
	return bytes.Repeat(binary.LittleEndian.AppendUint64(nil, n), int(n%5))
}

// TestReadersSeeEveryFinishedAdd runs one writer concurrently with readers that use every operation. With -race it
// checks that whatever readers reach was published by atomic stores; without, that it is complete and in order.
func TestReadersSeeEveryFinishedAdd(t *testing.T) {
	const entries, readers = 20_000, 4
	table := memtable.New(0)
	var added atomic.Uint64 // entries 1..added are in the table
	errs := make([]error, readers)
	var wg sync.WaitGroup
	for r := range readers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(r), 9))
			for errs[r] == nil && added.Load() < entries {
				errs[r] = errors.Join(readOne(table, added.Load(), rng), walkSome(table, rng))
			}
		})
	}
	for n := uint64(1); n <= entries; n++ {
		table.Add(numberedKey(n), set(key.Seq(n)), numberedValue(n))
		added.Store(n)
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, entries, table.Len())
}

func readOne(table *memtable.Table, added uint64, rng *rand.Rand) error {
	if added == 0 {
		return nil
	}
	n := 1 + rng.Uint64N(added)
	if table.Len() < int(added) || table.Bytes() == 0 || table.Empty() {
		return fmt.Errorf("Len %d after %d adds", table.Len(), added)
	}
	value, _, ok := table.Get(numberedKey(n), key.MaxSeq)
	if !ok || !bytes.Equal(value, numberedValue(n)) {
		return fmt.Errorf("entry %d of %d: found %t, %x", n, added, ok, value)
	}
	return nil
}

func walkSome(table *memtable.Table, rng *rand.Rand) error {
	it := table.NewIterator()
	valid, step, order := it.SeekGE(numberedKey(rng.Uint64()), key.MaxSeq), it.Next, 1
	switch rng.IntN(4) {
	case 0:
		valid, step, order = it.SeekLT(numberedKey(rng.Uint64())), it.Prev, -1
	case 1:
		valid, step, order = it.Last(), it.Prev, -1
	case 2:
		valid, step, order = it.First(), it.Next, 1
	}
	var last []byte
	for steps := 0; valid && steps < 100; steps++ {
		n := uint64(it.Trailer().Seq())
		if !bytes.Equal(it.Key(), numberedKey(n)) || !bytes.Equal(it.Value(), numberedValue(n)) {
			return fmt.Errorf("entry %d is torn: %x = %x", n, it.Key(), it.Value())
		}
		if last != nil && bytes.Compare(it.Key(), last) != order {
			return fmt.Errorf("entry %d is out of order: %x after %x", n, it.Key(), last)
		}
		last = it.Key()
		valid = step()
	}
	return it.Error()
}
