package engine_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

var update = flag.Bool("update", false, "rewrite testdata/format, for the current format version only")

// golden is the directory with a store of each format version, each with a dump of its content next to it.
const golden = "testdata/format"

// goldenVersion is the version that -update writes, which is the engine's.
const goldenVersion = 3

// goldenOptions make a small store of several levels.
func goldenOptions(fsys afero.Fs) engine.Options {
	return engine.Options{
		FS: fsys, MemtableBytes: 16 << 10, L0CompactionFiles: 3, LevelBytesBase: 8 << 10, LevelSizeRatio: 2,
		TableBytes: 8 << 10, BlockBytes: 1 << 10, InlineMaintenance: true,
		BlobValueBytes: 1 << 10, LargeValueBytes: 8 << 10, BlobFileBytes: 64 << 10,
	}
}

// makeGolden makes a store with a bit of everything: several levels, versions kept only for a snapshot, deletions,
// empty and large keys and values, values put into blob files by a flush and by a commit, compressed and uncompressed
// tables, range deletes in a table and in the log, and several sessions, the last of them closed with a log. (The
// sessions of versions 1 and 2 were killed, and their logs have torn tails.) Whatever a format version adds is added
// here.
func makeGolden(t *testing.T) afero.Fs {
	t.Helper()
	o := goldenOptions(afero.NewMemMapFs())
	o.Compression = engine.CompressionSnappy
	db := open(t, o)
	rng := rand.New(rand.NewPCG(7, 7))
	put := func(k string, bytes int) {
		v := make([]byte, bytes)
		for i := range v {
			v[i] = byte('a' + rng.IntN(4))
		}
		require.NoError(t, db.Put([]byte(k), v, engine.NoSync))
	}
	put("", 5)
	put("empty value", 0)
	put("binary \x00\xff\n\"key", 20)
	put(strings.Repeat("long key ", 500), 10)
	for i := range 900 {
		put(fmt.Sprintf("key %04d", rng.IntN(500)), 20+rng.IntN(80))
		if i%5 == 0 {
			require.NoError(t, db.Delete(fmt.Appendf(nil, "key %04d", rng.IntN(300)), engine.NoSync))
		}
	}
	snapshot := db.NewSnapshot()
	for i := range 40 {
		put(fmt.Sprintf("key %04d", i*7), 50)
	}
	require.NoError(t, db.Flush())
	require.NoError(t, db.Compact())
	snapshot.Close()
	require.NoError(t, db.Close())
	o.Compression = engine.CompressionNone
	db = open(t, o)
	for range 500 {
		put(fmt.Sprintf("key %04d", 100+rng.IntN(300)), 20+rng.IntN(60))
	}
	var ranges engine.Batch
	ranges.DeleteRange([]byte("key 0150"), []byte("key 0170"))
	require.NoError(t, db.Apply(&ranges, engine.NoSync))
	put("middling value", 2000)
	put("large value", 9000)
	put("larger value", 30000)
	require.NoError(t, db.Close())
	db = open(t, o)
	for range 60 {
		put(fmt.Sprintf("key %04d", rng.IntN(400)), 30)
		require.NoError(t, db.Delete(fmt.Appendf(nil, "key %04d", rng.IntN(400)), engine.NoSync))
	}
	require.NoError(t, db.Flush())
	require.NoError(t, db.Close())
	o.Compression = engine.CompressionZstd
	db = open(t, o)
	for i := range 60 {
		put(fmt.Sprintf("other %04d", i), 30)
	}
	put("another middling value", 3000)
	ranges.Reset()
	ranges.DeleteRange([]byte("other 0020"), []byte("other 0030"))
	require.NoError(t, db.Apply(&ranges, engine.NoSync))
	require.NoError(t, db.Flush())
	var b engine.Batch
	b.Put([]byte("batch 1"), []byte("one"))
	b.Delete([]byte("key 0100"))
	b.Put([]byte("batch 2"), []byte("two"))
	b.DeleteRange([]byte("key 0040"), []byte("key 0050"))
	require.NoError(t, db.Apply(&b, engine.Sync))
	put("large value of the log", 10000)
	put("middling value of the log", 1500)
	put("last", 12)
	require.NoError(t, db.Close())
	return o.FS
}

// dump returns the content of a store as lines with a quoted key and a quoted value.
func dump(t *testing.T, db *engine.DB) string {
	t.Helper()
	var b strings.Builder
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(t, err)
	for ok := it.First(); ok; ok = it.Next() {
		fmt.Fprintf(&b, "%q %q\n", it.Key(), it.Value())
	}
	require.NoError(t, it.Error())
	require.NoError(t, it.Close())
	return b.String()
}

// The store that -update writes has everything that the version can have on disk.
func TestGoldenStoreCoversTheFormat(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() afero.Fs
	}{
		{"the stored one", func() afero.Fs {
			return copyFromDisk(t, filepath.Join(golden, fmt.Sprintf("v%d", goldenVersion)))
		}},
		{"one made by this version", func() afero.Fs { return makeGolden(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := c.make()
			o := goldenOptions(fsys)
			seen := map[string]int{}
			for _, path := range find(t, fsys, "*.sst") {
				info, err := engine.InspectTable(path, o, func(e engine.Entry) error { seen["table: "+e.Kind]++; return nil })
				require.NoError(t, err)
				seen["layout "+info.Layout]++
				seen["range deletes in tables"] += len(info.RangeDeletes)
				for _, p := range info.Parts {
					if p.Data != nil {
						seen["compression "+p.Data.Compression]++
					}
				}
			}
			for _, path := range find(t, fsys, "*.log") {
				info, err := engine.InspectLog(path, o, func(r engine.LogRecord) error {
					for _, e := range r.Writes {
						seen["log: "+e.Kind]++
					}
					return nil
				})
				require.NoError(t, err)
				if info.End == info.Bytes {
					seen["ends of logs"]++
				}
			}
			db := open(t, o)
			tables, err := db.Shape()
			require.NoError(t, err)
			levels := map[int]bool{}
			for _, table := range tables {
				levels[table.Level] = true
			}
			require.NoError(t, db.Close())
			require.Greater(t, len(levels), 2)
			require.Greater(t, len(find(t, fsys, "*.blob")), 2)
			for _, what := range []string{
				"table: set", "table: delete", "table: blob", "range deletes in tables", "layout columns",
				"compression none", "compression snappy", "compression zstd", "log: set", "log: delete",
				"log: delete range", "log: blob", "ends of logs",
			} {
				require.Positive(t, seen[what], "%s of %v", what, seen)
			}
		})
	}
}

// TestUpdateGolden writes the golden directory of the current version when run as "go test ./engine -run UpdateGolden
// -update".
func TestUpdateGolden(t *testing.T) {
	made := makeGolden(t)
	if !*update { // what it makes is not compared: block sizes and the like may change within a version
		db := open(t, goldenOptions(made))
		require.Greater(t, strings.Count(dump(t, db), "\n"), 200)
		require.NoError(t, db.Verify())
		require.NoError(t, db.Close())
		return
	}
	dir := filepath.Join(golden, fmt.Sprintf("v%d", goldenVersion))
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	total := 0
	for _, name := range find(t, made, "*") {
		content, err := afero.ReadFile(made, name)
		require.NoError(t, err)
		total += len(content)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), content, 0o644))
	}
	db := open(t, goldenOptions(made))
	text := dump(t, db)
	require.NoError(t, db.Close())
	require.NoError(t, os.WriteFile(dir+".txt", []byte(text), 0o644))
	require.Less(t, total, 200<<10)
}

// The version is the first thing in a manifest, so an earlier engine refuses the store because of its version instead of
// reporting unknown fields as damage.
func TestAManifestStatesItsVersionFirst(t *testing.T) {
	const header = 19
	for version := byte(2); version <= goldenVersion; version++ {
		fsys := copyFromDisk(t, filepath.Join(golden, fmt.Sprintf("v%d", version)))
		content, err := afero.ReadFile(fsys, find(t, fsys, "MANIFEST-*")[0])
		require.NoError(t, err)
		require.Equal(t, []byte{6, version}, content[header:header+2])
	}
}

// Every build opens the stores of every version, reads all of each, writes to it, and opens it again.
func TestGoldenStores(t *testing.T) {
	for version := 1; version <= goldenVersion; version++ {
		t.Run(fmt.Sprintf("version %d", version), func(t *testing.T) {
			dir := filepath.Join(golden, fmt.Sprintf("v%d", version))
			want, err := os.ReadFile(dir + ".txt")
			require.NoError(t, err)
			require.Greater(t, bytes.Count(want, []byte("\n")), 200)
			o := goldenOptions(copyFromDisk(t, dir))
			o.ErrorIfMissing = true
			db := open(t, o)
			require.Equal(t, string(want), dump(t, db))
			require.NoError(t, db.Verify())
			m := db.Metrics()
			populated := 0
			for _, level := range m.Levels {
				if level.Tables > 0 {
					populated++
				}
			}
			require.Greater(t, populated, 1, "the store has several levels")
			require.Positive(t, m.MemtableBytes, "the store has a log")

			require.NoError(t, db.Put([]byte("zz"), []byte("new"), engine.Sync))
			want = append(want, "\"zz\" \"new\"\n"...)
			require.NoError(t, db.Verify())
			require.NoError(t, db.Close())
			for range 2 {
				db = open(t, o)
				require.Equal(t, string(want), dump(t, db))
				require.NoError(t, db.Compact())
				require.NoError(t, db.Verify())
				require.NoError(t, db.Close())
			}
		})
	}
}

// copyFromDisk returns a filesystem in memory whose directory db is a copy of dir.
func copyFromDisk(t *testing.T, dir string) afero.Fs {
	t.Helper()
	fsys := afero.NewMemMapFs()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		require.NoError(t, afero.WriteFile(fsys, filepath.Join("db", e.Name()), content, 0o644))
	}
	return fsys
}
