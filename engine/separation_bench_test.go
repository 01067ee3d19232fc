package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// BenchmarkSeparation shows the length from which values are better kept in blob files. It overwrites 64 MiB of values
// once in random order and then gets and scans them, with all values in tables and with all in blob files. Memtable and
// cache are an eighth of the data.
func BenchmarkSeparation(b *testing.B) {
	for _, length := range []int{512, 1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10} {
		for _, threshold := range []int{-1, 1} {
			name := fmt.Sprintf("length=%d/tables", length)
			if threshold > 0 {
				name = fmt.Sprintf("length=%d/blobs", length)
			}
			b.Run(name, func(b *testing.B) {
				for range b.N {
					separation(b, length, threshold)
				}
			})
		}
	}
}

func separation(b *testing.B, length, threshold int) {
	b.Helper()
	const data = 64 << 20
	n := data / length
	db, err := engine.Open("db", engine.Options{
		FS: afero.NewBasePathFs(afero.NewOsFs(), b.TempDir()), InlineMaintenance: true,
		MemtableBytes: data / 8, LevelBytesBase: data / 8, CacheBytes: data / 8, BlobValueBytes: threshold,
	})
	require.NoError(b, err)
	rng := rand.New(rand.NewPCG(1, 2))
	value := pattern(length, 1)
	start := time.Now()
	for range 2 * n {
		require.NoError(b, db.Put(fmt.Appendf(nil, "key%013d", rng.IntN(n)), value, engine.Buffered))
	}
	put := time.Since(start)
	m := db.Metrics()
	written := float64(m.FlushBytes+m.CompactedBytes+m.BlobBytesWritten) / float64(2*data)
	start = time.Now()
	const gets = 20_000
	for range gets {
		_, _ = db.Get(fmt.Appendf(nil, "key%013d", rng.IntN(n)))
	}
	get := time.Since(start)
	start = time.Now()
	it, err := db.NewIterator(engine.IterOptions{})
	require.NoError(b, err)
	scanned := 0
	for ok := it.First(); ok; ok = it.Next() {
		scanned += len(it.Value())
	}
	scan := time.Since(start)
	require.NoError(b, it.Close())
	b.ReportMetric(float64(2*n)/put.Seconds(), "put/s")
	b.ReportMetric(gets/get.Seconds(), "get/s")
	b.ReportMetric(float64(scanned)/(1<<20)/scan.Seconds(), "scan-MiB/s")
	b.ReportMetric(written, "write-amp")
	b.ReportMetric(float64(m.BlobBytes)/data, "blob-space")
	b.ReportMetric(0, "ns/op")
	require.NoError(b, db.Close())
}
