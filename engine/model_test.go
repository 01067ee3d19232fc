package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// tiny causes a rotation every few writes, and a compaction every few rotations. Of the values in these tests, those of
// medium length are separated by a flush, and the long ones at commit.
func tiny(fsys afero.Fs) engine.Options {
	return engine.Options{
		FS: fsys, MemtableBytes: 2 << 10, L0CompactionFiles: 2, LevelBytesBase: 4 << 10, LevelSizeRatio: 2,
		TableBytes: 1 << 10, BlockBytes: 256, InlineMaintenance: true,
		BlobValueBytes: 25, LargeValueBytes: 55, BlobFileBytes: 500,
	}
}

// model is a store together with the map that it must equal.
type model struct {
	t       *testing.T
	o       engine.Options
	db      *engine.DB
	rng     *rand.Rand
	want    map[string]string
	steps   int
	snaps   []*engine.Snapshot
	snapped []map[string]string
	metrics engine.Metrics // sums over all sessions; only the figures of blob files
}

func (m *model) key() []byte { return fmt.Appendf(nil, "k%03d", m.rng.IntN(200)) }

func (m *model) value() []byte {
	m.steps++
	return []byte(fmt.Sprintf("v%d.", m.steps) + strings.Repeat("x", m.rng.IntN(60)))
}

func (m *model) step() {
	d := engine.Durability(m.rng.IntN(3))
	switch n := m.rng.IntN(100); {
	case n < 50:
		k, v := m.key(), m.value()
		require.NoError(m.t, m.db.Put(k, v, d))
		m.want[string(k)] = string(v)
	case n < 53:
		start, end := m.key(), m.key()
		require.NoError(m.t, m.db.DeleteRange(start, end, d))
		deleteRange(m.want, string(start), string(end))
	case n < 65:
		k := m.key()
		require.NoError(m.t, m.db.Delete(k, d))
		delete(m.want, string(k))
	case n < 75:
		m.batch(d)
	case n < 85:
		m.get(m.db.Get, m.want)
	case n < 90:
		it, err := m.db.NewIterator(engine.IterOptions{})
		require.NoError(m.t, err)
		m.iterate(it, m.want, "", "")
	case n < 92:
		require.NoError(m.t, m.db.Flush())
	case n < 93:
		require.NoError(m.t, m.db.Compact())
	case n < 95:
		m.snapshot()
	case n < 96:
		require.NoError(m.t, m.db.Verify())
	case n < 97:
		m.reopen()
	default:
		m.bounded()
	}
}

func (m *model) batch(d engine.Durability) {
	var b engine.Batch
	for range m.rng.IntN(40) {
		k, v := m.key(), m.value()
		switch m.rng.IntN(16) {
		case 0:
			end := m.key()
			b.DeleteRange(k, end)
			deleteRange(m.want, string(k), string(end))
		case 1, 2, 3:
			b.Delete(k)
			delete(m.want, string(k))
		default:
			b.Put(k, v)
			m.want[string(k)] = string(v)
		}
	}
	require.NoError(m.t, m.db.Apply(&b, d))
}

func deleteRange(m map[string]string, start, end string) {
	maps.DeleteFunc(m, func(k, _ string) bool { return start <= k && k < end })
}

func (m *model) get(get func([]byte) ([]byte, error), want map[string]string) {
	k := m.key()
	v, err := get(k)
	expected, ok := want[string(k)]
	if !ok {
		require.ErrorIs(m.t, err, engine.ErrNotFound)
		return
	}
	require.NoError(m.t, err)
	require.Equal(m.t, expected, string(v))
}

func (m *model) snapshot() {
	if len(m.snaps) < 3 {
		m.snaps = append(m.snaps, m.db.NewSnapshot())
		m.snapped = append(m.snapped, maps.Clone(m.want))
		return
	}
	it, err := m.snaps[0].NewIterator(engine.IterOptions{})
	require.NoError(m.t, err)
	m.iterate(it, m.snapped[0], "", "")
	m.get(m.snaps[0].Get, m.snapped[0])
	m.snaps[0].Close()
	m.snaps, m.snapped = m.snaps[1:], m.snapped[1:]
}

func (m *model) reopen() {
	for _, s := range m.snaps {
		s.Close()
	}
	m.snaps, m.snapped = nil, nil
	metrics := m.db.Metrics()
	m.metrics.BlobBytesMoved += metrics.BlobBytesMoved
	m.metrics.BlobFilesDeleted += metrics.BlobFilesDeleted
	require.NoError(m.t, m.db.Close())
	var err error
	m.db, err = engine.Open("db", m.o)
	require.NoError(m.t, err)
	it, err := m.db.NewIterator(engine.IterOptions{})
	require.NoError(m.t, err)
	m.iterate(it, m.want, "", "")
	require.NoError(m.t, m.db.Verify())
}

func (m *model) bounded() {
	lower, upper := string(m.key()), string(m.key())
	it, err := m.db.NewIterator(engine.IterOptions{LowerBound: []byte(lower), UpperBound: []byte(upper)})
	require.NoError(m.t, err)
	m.iterate(it, m.want, lower, upper)
}

// iterate compares an iterator with the model: all of it in both directions, then a random walk. It closes the
// iterator.
func (m *model) iterate(it *engine.Iterator, want map[string]string, lower, upper string) {
	defer func() { require.NoError(m.t, it.Close()) }()
	keys := slices.Sorted(maps.Keys(want))
	keys = slices.DeleteFunc(keys, func(k string) bool { return k < lower || upper != "" && k >= upper })
	at := func(i int) {
		if i < 0 || i >= len(keys) {
			require.False(m.t, it.Valid())
			require.NoError(m.t, it.Error())
			return
		}
		require.True(m.t, it.Valid())
		require.Equal(m.t, keys[i], string(it.Key()))
		require.Equal(m.t, want[keys[i]], string(it.Value()))
	}
	it.First()
	for i := range keys {
		at(i)
		it.Next()
	}
	at(len(keys))
	it.Last()
	for i := range keys {
		at(len(keys) - 1 - i)
		it.Prev()
	}
	at(-1)
	m.walk(it, keys, at)
}

func (m *model) walk(it *engine.Iterator, keys []string, at func(int)) {
	pos := -1
	for range 60 {
		switch n := m.rng.IntN(8); {
		case n == 0:
			k := m.key()
			it.SeekGE(k)
			pos, _ = slices.BinarySearch(keys, string(k))
		case n == 1:
			k := m.key()
			it.SeekLT(k)
			pos, _ = slices.BinarySearch(keys, string(k))
			pos--
		case pos < 0 || pos >= len(keys):
			it.First()
			pos = 0
		case n < 5:
			it.Next()
			pos++
		default:
			it.Prev()
			pos--
		}
		at(pos)
	}
}

func TestStoreIsAMap(t *testing.T) {
	for seed := range uint64(8) {
		for _, inline := range []bool{true, false} {
			if !inline && seed > 1 || inline && testing.Short() {
				break // the operating system's disk is slow, and without background work there are no races
			}
			t.Run(fmt.Sprintf("seed %d inline %v", seed, inline), func(t *testing.T) {
				fsys := afero.NewMemMapFs()
				if !inline { // afero's memory filesystem reads wrong bytes when read concurrently
					fsys = afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())
				}
				m := &model{t: t, o: tiny(fsys), rng: rand.New(rand.NewPCG(seed, 1)), want: map[string]string{}}
				m.o.InlineMaintenance = inline
				var err error
				m.db, err = engine.Open("db", m.o)
				require.NoError(t, err)
				for range 1500 {
					m.step()
				}
				metrics := m.db.Metrics()
				m.reopen()
				require.NoError(t, m.db.Close())
				require.Positive(t, metrics.Commits)
				require.Positive(t, m.metrics.BlobBytesMoved)
				require.Positive(t, m.metrics.BlobFilesDeleted)
			})
		}
	}
}

func TestTheModelTestsTriggerMaintenance(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	var flushes, compactions, moves, deleted, logs int
	o.EventListener = &engine.EventListener{
		FlushDone: func(engine.FlushInfo) { flushes++ },
		CompactionDone: func(i engine.CompactionInfo) {
			compactions++
			if i.Moved {
				moves++
			}
		},
		TableDeleted: func(uint64) { deleted++ },
		WALCreated:   func(uint64) { logs++ },
	}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	for i := range 3000 {
		require.NoError(t, db.Put(fmt.Appendf(nil, "k%06d", i*7919%3000), []byte("some value"), engine.NoSync))
	}
	require.Positive(t, flushes)
	require.Greater(t, compactions, moves)
	require.Positive(t, moves)
	require.Positive(t, deleted)
	require.Positive(t, logs)
	m := db.Metrics()
	require.Positive(t, m.Levels[3].Tables)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Compact())
	m = db.Metrics()
	for level, l := range m.Levels[:6] {
		require.Zero(t, l.Tables, "level %d", level)
	}
	for i := range 3000 {
		require.NoError(t, db.Delete(fmt.Appendf(nil, "k%06d", i), engine.NoSync))
	}
	require.NoError(t, db.Compact())
	require.Zero(t, db.Metrics().Levels[6].Tables, "tombstones and what they hid are gone")
	_, err = db.Get([]byte("k000001"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.NoError(t, db.Close())
}
