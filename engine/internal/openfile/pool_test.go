package openfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/durable"
	"github.com/lightningdb/lightning-torture/engine/internal/openfile"
)

// counting is a filesystem that counts its open files. Reading a closed file returns an error, as on any filesystem.
type counting struct {
	afero.Fs
	open, most, opened atomic.Int64
}

func (c *counting) Open(name string) (afero.File, error) { return c.OpenFile(name, os.O_RDONLY, 0) }

func (c *counting) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	f, err := c.Fs.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	c.opened.Add(1)
	for open, most := c.open.Add(1), c.most.Load(); open > most && !c.most.CompareAndSwap(most, open); {
		most = c.most.Load()
	}
	return &counted{File: f, fs: c}, nil
}

type counted struct {
	afero.File
	fs     *counting
	closed atomic.Bool
}

func (f *counted) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	if f.closed.Load() {
		return 0, fs.ErrClosed
	}
	return n, err
}

func (f *counted) Close() error {
	if !f.closed.Swap(true) {
		f.fs.open.Add(-1)
	}
	return f.File.Close()
}

// directory returns files "0", "1", ..., each of which contains its name.
func directory(t *testing.T, files int) (*counting, *durable.Dir) {
	t.Helper()
	c := &counting{Fs: afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())}
	for i := range files {
		require.NoError(t, afero.WriteFile(c.Fs, fmt.Sprint(i), fmt.Append(nil, i), 0o600))
	}
	return c, durable.NewDir(c, ".", nil)
}

func content(f *openfile.File) (string, error) {
	b := make([]byte, 8)
	n, err := f.ReadAt(b, 0)
	if n > 0 {
		err = nil // the file ends before the buffer does
	}
	return string(b[:n]), err
}

func TestNoMoreThanTheMaximumIsOpen(t *testing.T) {
	for _, most := range []int{0, 1, 2, 5, 20} {
		c, dir := directory(t, 10)
		p := openfile.NewPool(dir, most)
		var files []*openfile.File
		for i := range 10 {
			f, err := p.Open(fmt.Sprint(i))
			require.NoError(t, err)
			files = append(files, f)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		for range 200 {
			i := rng.IntN(10)
			got, err := content(files[i])
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(i), got)
			require.Equal(t, int(c.open.Load()), p.Files())
		}
		require.Equal(t, int64(min(max(most, 1), 10)), c.most.Load())
		for _, f := range files {
			require.NoError(t, f.Close())
		}
		require.Zero(t, c.open.Load())
		require.Zero(t, p.Files())
		_, err := content(files[0])
		require.ErrorIs(t, err, fs.ErrClosed)
	}
}

func TestFilesBeingReadStayOpen(t *testing.T) {
	c, dir := directory(t, 20)
	p := openfile.NewPool(dir, 4)
	often, err := p.Open("0")
	require.NoError(t, err)
	for i := 1; i < 20; i++ {
		_, err := content(often)
		require.NoError(t, err)
		_, err = p.Open(fmt.Sprint(i))
		require.NoError(t, err)
	}
	require.Equal(t, int64(20), c.opened.Load(), "each file was opened once")
}

func TestARestingFileIsReopenedOnRead(t *testing.T) {
	c, dir := directory(t, 1)
	p := openfile.NewPool(dir, 4)
	f, err := p.Open("0")
	require.NoError(t, err)
	f.Rest()
	require.Zero(t, c.open.Load())
	info, err := f.Stat()
	require.NoError(t, err)
	require.Equal(t, int64(1), info.Size())
	require.Equal(t, int64(1), c.open.Load())
	f.Rest()
	f.Rest()
	require.Zero(t, p.Files())
	require.NoError(t, f.Close())
}

func TestAMissingFileIsCorruption(t *testing.T) {
	c, dir := directory(t, 2)
	p := openfile.NewPool(dir, 1)
	_, err := p.Open("2")
	require.ErrorIs(t, err, corrupt.Err)
	f, err := p.Open("0")
	require.NoError(t, err)
	f.Rest()
	require.NoError(t, c.Remove("0"))
	_, err = content(f)
	require.ErrorIs(t, err, corrupt.Err)
	require.Zero(t, p.Files(), "a file that could not be opened does not count")
	_, err = p.Open("1")
	require.NoError(t, err)
}

// Goroutines read more files than may be open. None reads a file that was closed in between.
func TestManyGoroutinesShareFewDescriptors(t *testing.T) {
	for _, most := range []int{1, 3} {
		c, dir := directory(t, 12)
		p := openfile.NewPool(dir, most)
		files := make([]*openfile.File, 12)
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range files {
			wg.Go(func() {
				var err error
				files[i], err = p.Open(fmt.Sprint(i))
				if err != nil {
					panic(err)
				}
			})
		}
		wg.Wait()
		for g := range errs {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(g), 1))
				for range 1000 {
					i := rng.IntN(len(files))
					got, err := content(files[i])
					if err != nil || got != fmt.Sprint(i) {
						errs[g] = errors.Join(errs[g], fmt.Errorf("file %d holds %q: %w", i, got, err))
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.LessOrEqual(t, c.most.Load(), int64(most))
		for _, f := range files {
			require.NoError(t, f.Close())
		}
		require.Zero(t, c.open.Load())
	}
}

// slow is a filesystem on which the open of file "0" takes until goOn is closed, and fails then.
type slow struct {
	afero.Fs
	begun, goOn chan struct{}
}

func (s *slow) Open(name string) (afero.File, error) {
	if name == "0" {
		close(s.begun)
		<-s.goOn
		return nil, fs.ErrPermission
	}
	return s.Fs.Open(name)
}

// While a file that takes the only slot is being opened, another one waits for the slot. It gets it when the first cannot
// be opened.
func TestAFailedOpenFreesItsSlot(t *testing.T) {
	s := &slow{afero.NewMemMapFs(), make(chan struct{}), make(chan struct{})}
	for _, name := range []string{"0", "1"} {
		require.NoError(t, afero.WriteFile(s.Fs, name, []byte(name), 0o600))
	}
	p := openfile.NewPool(durable.NewDir(s, ".", nil), 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := p.Open("0")
		assert.ErrorIs(t, err, fs.ErrPermission)
	})
	<-s.begun
	wg.Go(func() {
		f, err := p.Open("1")
		if assert.NoError(t, err) {
			assert.NoError(t, f.Close())
		}
	})
	for range 10_000 {
		runtime.Gosched() // a chance to begin to wait
	}
	close(s.goOn)
	wg.Wait()
}
