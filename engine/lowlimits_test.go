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

// lowLimits returns limits, some of them at their minimum and some in between.
func lowLimits(t *testing.T, rng *rand.Rand) (l engine.Limits) {
	t.Helper()
	for _, k := range engine.KnownLimits() {
		switch rng.IntN(3) {
		case 0:
			require.NoError(t, l.Set(k.Name, k.Min))
		case 1:
			if k.Name != "pending-commits" {
				require.NoError(t, l.Set(k.Name, k.Min+rng.Int64N(k.Default-k.Min+1)))
			}
		}
	}
	return l
}

func TestAStoreIsAMapUnderLowLimits(t *testing.T) {
	for seed := range uint64(4) {
		for _, inline := range []bool{true, false} {
			if seed > 0 && (!inline || testing.Short()) {
				break
			}
			t.Run(fmt.Sprintf("seed %d inline %v", seed, inline), func(t *testing.T) {
				fsys := afero.NewMemMapFs()
				if !inline {
					fsys = afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())
				}
				m := &model{t: t, o: tiny(fsys), rng: rand.New(rand.NewPCG(seed, 2)), want: map[string]string{}}
				m.o.InlineMaintenance = inline
				m.o.Limits = lowLimits(t, m.rng)
				m.o.Limits.FirstFile, m.o.Limits.FirstMarker = 999_990, 9_999_995 // names get longer
				m.o.Limits.FirstSequence = 1<<32 - 100
				m.db = open(t, m.o)
				for range 6 {
					m.o.MaxOpenFiles = 1 + m.rng.IntN(4)
					for range 150 {
						m.step()
					}
					m.o.Limits = lowLimits(t, m.rng) // they may differ from one Open to the next
					m.reopen()
				}
				require.NoError(t, m.db.Close())
			})
		}
	}
}

func TestInvalidLimitsAreRefused(t *testing.T) {
	o := engine.Options{FS: afero.NewMemMapFs(), Limits: engine.Limits{PendingCommits: 3, ManifestBytes: -1}}
	_, err := engine.Open("db", o)
	require.ErrorIs(t, err, engine.ErrOptions)
	require.ErrorContains(t, err, "manifest-roll is -1, want 1 to")
	require.ErrorContains(t, err, "pending-commits is 3, want a power of two")
}

func TestTheManifestIsReplacedWhileTheStoreIsOpen(t *testing.T) {
	rolled := 0
	o := tiny(afero.NewMemMapFs())
	o.EventListener = &engine.EventListener{ManifestRolled: func(uint64) { rolled++ }}
	fill := func() (whileOpen int) {
		db := open(t, o)
		rolled = 0
		for i := range 200 {
			require.NoError(t, db.Put(fmt.Appendf(nil, "%04d", i), []byte(strings.Repeat("v", 50)), engine.Sync))
		}
		whileOpen = rolled
		require.NoError(t, db.Close())
		return whileOpen
	}
	require.Zero(t, fill(), "a manifest smaller than 64 KiB is kept")
	o.Limits = engine.Limits{ManifestBytes: 1, ManifestGrowth: 1}
	require.Greater(t, fill(), 10)
	require.Len(t, find(t, o.FS, "MANIFEST-*"), 1)
	db := open(t, o)
	require.Len(t, shown(t, db), 200)
	require.NoError(t, db.Close())
}

func TestANewStoreNumbersFilesFromTheLimits(t *testing.T) {
	fsys := afero.NewMemMapFs()
	o := engine.Options{FS: fsys, InlineMaintenance: true, Limits: engine.Limits{FirstFile: 999_999, FirstMarker: 999_999, FirstSequence: 1 << 40}}
	db := open(t, o)
	require.NoError(t, db.Put([]byte("a"), []byte("1"), engine.Sync))
	require.Equal(t, []string{"db/MANIFEST-999999"}, find(t, fsys, "MANIFEST-*"))
	require.Equal(t, []string{"db/1000000.log"}, find(t, fsys, "*.log"))
	require.Equal(t, []string{"db/marker.999999.MANIFEST-999999"}, find(t, fsys, "marker.*"))
	require.NoError(t, db.Flush())
	info, err := engine.InspectTable(find(t, fsys, "*.sst")[0], engine.Options{FS: fsys}, nil)
	require.NoError(t, err)
	require.Equal(t, uint64(1<<40), info.MinSeq, "the first commit gets the first sequence number of the limits")
	require.NoError(t, db.Close())

	o.Limits = engine.Limits{}
	db = open(t, o)
	require.NoError(t, db.Put([]byte("b"), []byte("2"), engine.Sync))
	require.NoError(t, db.Flush())
	require.NoError(t, db.Verify())
	require.Equal(t, []string{"a", "b"}, shown(t, db))
	require.NoError(t, db.Close())
}

// With few writes remembered, an old transaction cannot be validated any longer, but a recent one can.
func TestTheConflictWindowOverflows(t *testing.T) {
	db := open(t, engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true, Limits: engine.Limits{ConflictKeys: 4}})
	put := func(n int) {
		for i := range n {
			require.NoError(t, db.Put(fmt.Appendf(nil, "other %d", i), nil, engine.NoSync))
		}
	}
	commit := func(between int) error {
		txn := begin(t, db, engine.SnapshotIsolation)
		require.NoError(t, txn.Put([]byte("mine"), nil))
		put(between)
		return txn.Commit(engine.NoSync)
	}
	require.NoError(t, commit(4))
	require.ErrorIs(t, commit(5), engine.ErrConflict)
	require.NoError(t, commit(4), "commits forgotten before the transaction began do not matter")
	require.NoError(t, db.Close())
}

// Old stores have tables of another layout. A store that has both shows all its content, in both directions, and
// compacts them.
func TestAStoreHasTablesOfBothLayouts(t *testing.T) {
	o := tiny(afero.NewMemMapFs())
	want := map[string]string{}
	for generation, layout := range []int64{1, 2, 1} {
		o.Limits.TableLayout = layout
		db := open(t, o)
		for i := generation; i < 60; i += generation + 1 {
			key, value := fmt.Sprintf("%s%03d", strings.Repeat("k", i), i), fmt.Sprintf("%d of %d", i, generation)
			require.NoError(t, db.Put([]byte(key), []byte(value), engine.NoSync))
			want[key] = value
		}
		require.NoError(t, db.Flush())
		tables := find(t, o.FS, "*.sst")
		info, err := engine.InspectTable(tables[len(tables)-1], engine.Options{FS: o.FS}, nil)
		require.NoError(t, err)
		require.Equal(t, []string{1: "restarts", 2: "columns"}[layout], info.Layout)
		expect(t, db, want)
		if layout == 2 {
			require.NoError(t, db.Verify())
		}
		require.NoError(t, db.Close())
	}
	db := open(t, o)
	require.NoError(t, db.Compact())
	expect(t, db, want)
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// expect requires that the store holds these entries, read in every way.
func expect(t *testing.T, db *engine.DB, want map[string]string) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(want))
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	at := 0
	for ok := it.First(); ok; ok = it.Next() {
		require.Equal(t, keys[at], string(it.Key()))
		require.Equal(t, want[keys[at]], string(it.Value()))
		at++
	}
	require.Len(t, keys, at)
	for ok := it.Last(); ok; ok = it.Prev() {
		at--
		require.Equal(t, keys[at], string(it.Key()))
	}
	require.Zero(t, at)
	for i, key := range keys {
		value, err := db.Get([]byte(key))
		require.NoError(t, err)
		require.Equal(t, want[key], string(value))
		require.True(t, it.SeekGE([]byte(key)))
		require.Equal(t, key, string(it.Key()))
		require.Equal(t, i > 0, it.SeekLT([]byte(key)))
		if i > 0 {
			require.Equal(t, keys[i-1], string(it.Key()))
		}
	}
	require.NoError(t, it.Close())
}
