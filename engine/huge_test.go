package engine_test

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

const (
	hugeBytes    = 20 << 30
	hugeVariable = "LIGHTNING_HUGE"
	// hugeMemory is room for the block cache, for all filters and indexes, and for the largest value.
	hugeMemory = 64<<20 + hugeBytes/128 + 64<<20
)

// hugeStore is a store of 20 GB of values that are zeros except at their beginning.
type hugeStore struct {
	t         *testing.T
	o         engine.Options
	fsys      *sparse
	dir       string
	entries   int
	length    func(i int) int // of the value of entry i
	ascending bool            // keys come in order, so that tables are moved down as they are
}

// TestAStoreOf20GB builds stores of 20 GB and limits what Open may read and what scans may keep in memory.
func TestAStoreOf20GB(t *testing.T) {
	if testing.Short() || os.Getenv(hugeVariable) == "" {
		t.Skipf("builds stores of 20 GB, which takes minutes and some GB of disk; run without -short and with %s=1", hugeVariable)
	}
	for name, c := range map[string]struct {
		o       engine.Options
		entries int
		length  func(i int) int
	}{
		"large values of 1 to 64 MiB": {
			engine.Options{}, 7 * hugeBytes / (127 << 20), func(i int) int { return 1 << (20 + i%7) },
		},
		"values of 32 KiB in blob files": {
			engine.Options{}, hugeBytes / (32 << 10), func(int) int { return 32 << 10 },
		},
		"values of 32 KiB in 2,500 tables": {
			engine.Options{BlobValueBytes: -1, MemtableBytes: 8 << 20}, hugeBytes / (32 << 10), func(int) int { return 32 << 10 },
		},
		"small keys: 20 million of 100 bytes": {
			engine.Options{}, 20 << 20, func(int) int { return 100 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp(os.Getenv("LIGHTNING_HUGE_DIR"), "huge") //nolint:usetesting // on a disk of choice
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
			fsys := &sparse{Fs: afero.NewBasePathFs(afero.NewOsFs(), dir)}
			c.o.FS = fsys
			h := &hugeStore{t: t, o: c.o, fsys: fsys, dir: dir, entries: c.entries, length: c.length}
			h.ascending = c.o.MemtableBytes > 0
			h.build()
			h.o.MemtableBytes = 0
			h.reopen("after Close", func(db *engine.DB) { h.scan(db) })
			h.kill()
			h.reopen("after a kill", func(*engine.DB) {})
		})
	}
}

func (h *hugeStore) key(i int) []byte {
	if h.ascending {
		return binary.BigEndian.AppendUint64(nil, uint64(i))
	}
	return binary.BigEndian.AppendUint64(nil, uint64(i)*0x9e3779b97f4a7c15)
}

func (h *hugeStore) write(db *engine.DB, from, to int) {
	value := make([]byte, 64<<20)
	var b engine.Batch
	bytes := 0
	for i := from; i < to; i++ {
		v := value[:h.length(i)]
		binary.LittleEndian.PutUint64(v, uint64(i))
		b.Put(h.key(i), v)
		if bytes += len(v); bytes >= 1<<20 || i == to-1 {
			require.NoError(h.t, db.Apply(&b, engine.NoSync))
			b.Reset()
			bytes = 0
		}
	}
}

func (h *hugeStore) build() {
	begin := now()
	db, err := engine.Open("db", h.o)
	require.NoError(h.t, err)
	h.write(db, 0, h.entries)
	require.NoError(h.t, db.Flush())
	require.NoError(h.t, db.Close())
	tables, err := afero.Glob(h.fsys, "db/*.sst")
	require.NoError(h.t, err)
	h.t.Logf("built in %v: %d tables, %d files open at once", now().Sub(begin), len(tables), h.fsys.most.Load())
	runtime.GC()
}

// kill leaves a store whose last commits are in logs.
func (h *hugeStore) kill() {
	db, err := engine.Open("db", h.o)
	require.NoError(h.t, err)
	n := 0
	for bytes := 0; bytes < 60<<20 && n < h.entries; n++ {
		bytes += h.length(n) + 60
	}
	h.write(db, 0, n)
	db.Settle()
	names, err := afero.Glob(h.fsys, "db/*")
	require.NoError(h.t, err)
	require.NoError(h.t, h.fsys.MkdirAll("killed", 0o755))
	for _, name := range names { // growing files are copied, the others linked
		to := filepath.Join("killed", filepath.Base(name))
		if suffix := filepath.Ext(name); suffix == ".sst" || suffix == ".blob" {
			require.NoError(h.t, os.Link(filepath.Join(h.dir, name), filepath.Join(h.dir, to)))
			continue
		}
		content, err := afero.ReadFile(h.fsys, name)
		require.NoError(h.t, err)
		require.NoError(h.t, afero.WriteFile(h.fsys, to, content, 0o644))
	}
	require.NoError(h.t, db.Close())
}

func (h *hugeStore) reopen(when string, use func(db *engine.DB)) {
	h.fsys.read.Store(0)
	dir := "db"
	if when != "after Close" {
		dir = "killed"
	}
	before := heap()
	begin := now()
	db, err := engine.Open(dir, h.o)
	require.NoError(h.t, err)
	h.t.Logf("%s: opened in %v, %d MiB read, %d files open, %d MiB of memory", when, now().Sub(begin),
		h.fsys.read.Load()>>20, h.fsys.open.Load(), (heap()-before)>>20)
	require.LessOrEqual(h.t, h.fsys.read.Load(), int64(hugeBytes/128), "bytes read by Open")
	use(db)
	require.NoError(h.t, db.Close())
	require.Zero(h.t, h.fsys.open.Load())
}

// scan reads all keys, then all values through the iterator, then every value as a stream.
func (h *hugeStore) scan(db *engine.DB) {
	for _, pass := range []struct {
		name  string
		visit func(it *engine.Iterator)
	}{
		{"keys", func(*engine.Iterator) {}},
		{"streams", func(it *engine.Iterator) {
			if h.entries > 1<<20 {
				return
			}
			r, err := db.GetReader(it.Key())
			require.NoError(h.t, err)
			n, err := io.Copy(io.Discard, r)
			require.NoError(h.t, err)
			require.Equal(h.t, r.Len(), n)
			require.NoError(h.t, r.Close())
		}},
		{"values", func(it *engine.Iterator) { _ = it.Value() }},
	} {
		before, most, begin := heap(), uint64(0), now()
		it, err := db.NewIterator(engine.IterOptions{})
		require.NoError(h.t, err)
		count := 0
		for ok := it.First(); ok; ok = it.Next() {
			pass.visit(it)
			if count++; count%(h.entries/64) == 0 {
				most = max(most, heap())
			}
		}
		require.NoError(h.t, it.Error())
		require.NoError(h.t, it.Close())
		require.Equal(h.t, h.entries, count)
		require.LessOrEqual(h.t, most, uint64(hugeMemory), pass.name)
		h.t.Logf("%s: %v, at most %d MiB of memory, %d before", pass.name, now().Sub(begin), most>>20, before>>20)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// now is used for times that the test reports; no decision depends on it.
func now() time.Time { return time.Now() } //nolint:forbidigo // see above
