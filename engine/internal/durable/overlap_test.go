package durable_test

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
)

// crowded detects overlapping syncs of one path; syncs of other paths may overlap.
type crowded struct {
	afero.Fs
	inside   sync.Map // path -> *atomic.Int32
	overlaps atomic.Int32
}

func (c *crowded) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := c.Fs.OpenFile(name, flag, perm)
	return crowdedFile{f, c}, err
}

func (c *crowded) Open(name string) (afero.File, error) {
	f, err := c.Fs.Open(name)
	return crowdedFile{f, c}, err
}

type crowdedFile struct {
	afero.File
	c *crowded
}

func (f crowdedFile) Sync() error {
	at, _ := f.c.inside.LoadOrStore(f.Name(), new(atomic.Int32))
	now := at.(*atomic.Int32)
	if now.Add(1) > 1 {
		f.c.overlaps.Add(1)
	}
	for range 10 {
		runtime.Gosched()
	}
	now.Add(-1)
	return f.File.Sync()
}

// A sync that succeeds after another one of the same directory has failed proves nothing. It can be refused only if it
// waits for the one under way.
func TestSyncsOfOneFileOrDirectoryDoNotOverlap(t *testing.T) {
	c := &crowded{Fs: afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())}
	d := durable.NewDir(c, "db", nil)
	require.NoError(t, d.Make())
	f, err := d.Create("000001.log")
	require.NoError(t, err)
	c.overlaps.Store(0)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				if d.Sync() != nil || f.Sync() != nil {
					c.overlaps.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.Zero(t, c.overlaps.Load())
	require.NoError(t, f.Close())
}
