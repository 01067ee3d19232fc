package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// ranged is a model whose steps are mostly range deletes and whose keys are close together. Some are empty or end in
// zero, like the bounds at which tables are cut.
type ranged struct{ model }

func (m *ranged) key() string {
	k := fmt.Sprintf("k%02d", m.rng.IntN(60))
	switch m.rng.IntN(12) {
	case 0:
		return ""
	case 1:
		return k + "\x00"
	case 2:
		return k + "\x00\x00"
	}
	return k
}

func (m *ranged) write(b *engine.Batch) {
	switch k := m.key(); m.rng.IntN(10) {
	case 0, 1:
		end := m.key()
		b.DeleteRange([]byte(k), []byte(end))
		deleteRange(m.want, k, end)
	case 2:
		b.Delete([]byte(k))
		delete(m.want, k)
	default:
		v := m.value()
		b.Put([]byte(k), v)
		m.want[k] = string(v)
	}
}

func (m *ranged) step() {
	switch n := m.rng.IntN(100); {
	case n < 75:
		var b engine.Batch
		for range 1 + m.rng.IntN(3) {
			m.write(&b)
		}
		require.NoError(m.t, m.db.Apply(&b, engine.NoSync))
	case n < 80:
		require.NoError(m.t, m.db.Flush())
	case n < 81:
		require.NoError(m.t, m.db.Compact())
	case n < 84:
		m.snaps = append(m.snaps, m.db.NewSnapshot())
		m.snapped = append(m.snapped, maps.Clone(m.want))
	case n < 86 && len(m.snaps) > 0:
		i := m.rng.IntN(len(m.snaps))
		m.snaps[i].Close()
		m.snaps, m.snapped = slices.Delete(m.snaps, i, i+1), slices.Delete(m.snapped, i, i+1)
	case n < 87:
		m.reopen()
	case n < 90:
		require.NoError(m.t, m.db.Verify())
	default:
		m.compare()
	}
}

// compare reads the present and all snapshots in every way.
func (m *ranged) compare() {
	m.compareOne(m.db.Get, m.db.NewIterator, m.want)
	for i, s := range m.snaps {
		m.compareOne(s.Get, s.NewIterator, m.snapped[i])
	}
}

func (m *ranged) compareOne(
	get func([]byte) ([]byte, error), iterate func(engine.IterOptions) (*engine.Iterator, error), want map[string]string,
) {
	for range 30 {
		k := m.key()
		v, err := get([]byte(k))
		if expected, ok := want[k]; ok {
			require.NoError(m.t, err, "%q", k)
			require.Equal(m.t, expected, string(v), "%q", k)
		} else {
			require.ErrorIs(m.t, err, engine.ErrNotFound, "%q", k)
		}
	}
	lower, upper := "", ""
	if m.rng.IntN(2) == 0 {
		lower, upper = m.key(), m.key()
	}
	it, err := iterate(engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)})
	require.NoError(m.t, err)
	m.iterate(it, want, lower, upper)
}

func TestRangeDeletesAgreeWithAMap(t *testing.T) {
	oneGoroutine(t)
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			o := tiny(afero.NewMemMapFs())
			o.TableBytes = []int64{64, 300, 1 << 10}[seed%3]
			o.MemtableBytes = []int{512, 2 << 10}[seed%2]
			deepest := 0
			o.EventListener = &engine.EventListener{CompactionDone: func(i engine.CompactionInfo) {
				deepest = max(deepest, i.OutputLevel)
			}}
			m := &ranged{model{t: t, o: o, rng: rand.New(rand.NewPCG(seed, 7)), want: map[string]string{}}}
			m.db = open(t, o)
			for range 500 {
				m.step()
			}
			m.compare()
			m.reopen()
			require.NoError(t, m.db.Close())
			require.Greater(t, deepest, 1)
		})
	}
}
