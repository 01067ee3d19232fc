package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// gate makes the syncs of blob files wait.
type gate struct {
	afero.Fs
	open chan struct{}
}

func (g *gate) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := g.Fs.OpenFile(name, flag, perm)
	if err == nil && strings.HasSuffix(name, ".blob") {
		return gatedFile{f, g}, nil
	}
	return f, err
}

type gatedFile struct {
	afero.File
	g *gate
}

func (f gatedFile) Sync() error {
	<-f.g.open
	return f.File.Sync()
}

// The log must not refer to a large value before the value is durable, whatever the durability of the commit, and nobody may
// see it before that.
func TestALargeValueIsDurableBeforeItsCommit(t *testing.T) {
	g := &gate{Fs: afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()), open: make(chan struct{})}
	db, err := engine.Open("db", engine.Options{FS: g, LargeValueBytes: 100})
	require.NoError(t, err)
	done := make(chan error)
	go func() { done <- db.Put([]byte("k"), pattern(1000, 1), engine.Buffered) }()
	require.NoError(t, db.Put([]byte("other"), []byte("value"), engine.Sync), "other commits do not wait")
	_, err = db.Get([]byte("k"))
	require.ErrorIs(t, err, engine.ErrNotFound)
	require.Less(t, db.Metrics().LogBytes, int64(60))
	close(g.open)
	require.NoError(t, <-done)
	hasValue(t, db, "k", pattern(1000, 1))
	require.NoError(t, db.Close())
}

func TestWritersAndReadersOfLargeValuesAtOnce(t *testing.T) {
	o := tiny(afero.NewBasePathFs(afero.NewOsFs(), t.TempDir()))
	o.InlineMaintenance, o.BlobFileBytes = false, 4<<10
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	var wg sync.WaitGroup
	var failed error
	var once sync.Once
	fail := func(err error) {
		if err != nil {
			once.Do(func() { failed = err })
		}
	}
	for w := range 4 {
		wg.Go(func() {
			for i := range 150 {
				k := fmt.Appendf(nil, "k%d%d", w, i%5)
				v := bytes.Repeat([]byte{byte(w), byte(i)}, 10+i%40)
				fail(db.Put(k, v, engine.Durability(i%3)))
				got, err := db.Get(k)
				fail(err)
				if !bytes.Equal(v, got) {
					fail(errors.New("another value"))
				}
				if i%30 == 7 {
					fail(db.Flush())
				}
			}
		})
	}
	wg.Go(func() {
		for range 60 {
			it, err := db.NewIterator(engine.IterOptions{})
			fail(err)
			for ok := it.First(); ok; ok = it.Next() {
				if v := it.Value(); len(v) < 20 || v[0] != v[len(v)-2] || v[1] != v[len(v)-1] {
					fail(fmt.Errorf("%q is %x", it.Key(), v))
				}
			}
			fail(it.Error())
			fail(it.Close())
		}
	})
	wg.Wait()
	require.NoError(t, failed)
	require.NoError(t, db.Compact())
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
}

// A value takes little more memory than its own length on its way to the disk and back, however long it is. The nightly
// uses the longest possible, 1 GiB.
func TestALongValueTakesLittleMemory(t *testing.T) {
	length := 64 << 20
	if nightly {
		length = engine.ValueBytesMax
		defer debug.SetGCPercent(debug.SetGCPercent(100)) // whatever the environment says
	}
	if testing.Short() {
		t.Skip("writes and reads a value of 64 MiB; run without -short")
	}
	o := engine.Options{FS: afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())}
	db, err := engine.Open("db", o)
	require.NoError(t, err)
	value := pattern(length, 1)
	for _, i := range []int{0, len(value) / 2, len(value) - 1} {
		value[i] = 0xa5
	}
	require.NoError(t, db.Put([]byte("k"), value, engine.Sync))
	debug.FreeOSMemory()
	require.NoError(t, db.Flush())
	require.NoError(t, db.Verify())
	require.NoError(t, db.Close())
	db, err = engine.Open("db", o)
	require.NoError(t, err)

	allocated := allocations()
	stream, err := db.GetReader([]byte("k"))
	require.NoError(t, err)
	buf := make([]byte, 1<<20)
	for at := 0; at < len(value); at += len(buf) {
		_, err := io.ReadFull(stream, buf)
		require.NoError(t, err)
		require.True(t, bytes.Equal(value[at:at+len(buf)], buf), "at %d", at)
	}
	require.NoError(t, stream.Close())
	require.Less(t, allocated(), 4<<20, "a stream takes little memory")

	allocated = allocations()
	got, err := db.Get([]byte("k"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(value, got))
	require.Less(t, allocated(), length+4<<20, "Get allocates the value once")
	if nightly {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		require.Less(t, m.Sys, uint64(2_700<<20), "memory holds the caller's value and one from Get")
	}
	require.NoError(t, db.Delete([]byte("k"), engine.Sync))
	require.NoError(t, db.Compact())
	names, err := afero.Glob(o.FS, "db/*.blob")
	require.NoError(t, err)
	require.Empty(t, names)
	require.NoError(t, db.Close())
}

// allocations returns a function that returns how many bytes have been allocated since.
func allocations() func() int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	return func() int {
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc - before.TotalAlloc)
	}
}

func TestAValueOverTheLimitIsRefused(t *testing.T) {
	db := memory(t)
	tooLong := make([]byte, engine.ValueBytesMax+1) // never touched, so it takes no memory
	require.ErrorIs(t, db.Put([]byte("k"), tooLong, engine.Sync), engine.ErrTooLarge)
	require.Empty(t, shown(t, db))
}
