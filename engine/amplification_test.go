package engine_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// BenchmarkAmplification loads a million entries in random order, overwrites a million at random and lets maintenance
// settle. It reports, per byte of user data, what was written during the overwrites and what is then on disk, logs
// included. It also reports how many tables a get may consult after loading.
func BenchmarkAmplification(b *testing.B) {
	const entries = 1_000_000
	const userBytes = entries * (16 + 100)
	for b.Loop() {
		dir := b.TempDir()
		disk := &counting{Fs: afero.NewOsFs()}
		db, err := engine.Open(dir, engine.Options{FS: disk})
		require.NoError(b, err)
		l := load{db: db, rng: rand.New(rand.NewPCG(1, 2))}
		for _, i := range l.rng.Perm(entries) {
			l.put(b, uint64(i))
		}
		db.Settle()
		b.ReportMetric(float64(sources(db.Metrics())), "sources-loaded")
		before := disk.written.Load()
		for range entries {
			l.put(b, l.rng.Uint64N(entries))
		}
		db.Settle()
		b.ReportMetric(float64(disk.written.Load()-before)/userBytes, "write-amp")
		b.ReportMetric(float64(diskBytes(b, dir))/userBytes, "space-amp")
		b.ReportMetric(float64(db.Metrics().Stalls), "stalls")
		b.Logf("%+v", db.Metrics())
		require.NoError(b, db.Verify())
		require.NoError(b, db.Close())
	}
}

// load writes entries with keys of 16 bytes and values of 100.
type load struct {
	db    *engine.DB
	rng   *rand.Rand
	key   [16]byte
	value [100]byte
}

func (l *load) put(b *testing.B, i uint64) {
	b.Helper()
	binary.BigEndian.PutUint64(l.key[:], i*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(l.key[8:], i)
	for at := 0; at < 96; at += 8 {
		binary.LittleEndian.PutUint64(l.value[at:], l.rng.Uint64())
	}
	if err := l.db.Put(l.key[:], l.value[:], engine.NoSync); err != nil {
		b.Fatal(err)
	}
}

// counting counts the bytes that are written.
type counting struct {
	afero.Fs
	written atomic.Int64
}

type countingFile struct {
	afero.File
	fs *counting
}

func (c *counting) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := c.Fs.OpenFile(name, flag, perm)
	return &countingFile{f, c}, err
}

func (f *countingFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.fs.written.Add(int64(n))
	return n, err
}

// sources returns how many tables and memtables may have a key: each of level 0, and one of each level below.
func sources(m engine.Metrics) int {
	n := 1 + m.Memtables + m.Levels[0].Tables
	for _, l := range m.Levels[1:] {
		n += min(l.Tables, 1)
	}
	return n
}

func diskBytes(b *testing.B, dir string) (sum int64) {
	b.Helper()
	require.NoError(b, filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			sum += info.Size()
		}
		return err
	}))
	return sum
}
