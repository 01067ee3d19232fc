package faultfstest_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/faultfstest"
)

// driver makes the same random calls on a filesystem as every other driver with its seed, and records the results.
type driver struct {
	fs    afero.Fs
	rng   *rand.Rand
	files []afero.File
}

var (
	paths = []string{"/a", "/b", "/d", "/d/a", "/d/b", "/e", "/e/a", "/d/e", "/d/e/f", "/a/x"}
	// No target leads upwards, so that on the operating system none leads out of the test's directory.
	targets = []string{"a", "d", "e", "b", "d/a", "e/f", "d/b", "a/x", "."}
	flags   = []int{
		os.O_RDONLY, os.O_RDWR, os.O_WRONLY, os.O_RDWR | os.O_CREATE, os.O_RDWR | os.O_CREATE | os.O_EXCL,
		os.O_RDWR | os.O_CREATE | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_APPEND | os.O_CREATE,
		os.O_RDONLY | os.O_CREATE, os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_TRUNC,
	}
	// Ways to end a path, most of them plain. RemoveAll gets only plain ones, because package os treats others in ways of its own.
	ends    = []string{"", "", "", "", "", "/", "//", "/.", "/./", "/x/.."}
	offsets = []int64{0, 1, 100, 511, 512, 4095, 4096, 5000, 9000}
	// Package os succeeds in reading and writing nothing even with closed handles; no one relies on that.
	lengths = []int{1, 2, 10, 600, 4096, 5000}
)

func (d *driver) path() string { return paths[d.rng.IntN(len(paths))] + ends[d.rng.IntN(len(ends))] }
func (d *driver) off() int64   { return offsets[d.rng.IntN(len(offsets))] }
func (d *driver) bytes() []byte {
	return []byte(strings.Repeat(string(rune('a'+d.rng.IntN(26))), lengths[d.rng.IntN(len(lengths))]))
}

// step makes one call and describes it and its result.
func (d *driver) step() string {
	if len(d.files) > 0 && d.rng.IntN(2) == 0 {
		i := d.rng.IntN(len(d.files))
		return fmt.Sprintf("file %d: %s", i, d.use(d.files[i]))
	}
	switch from, to := d.path(), d.path(); d.rng.IntN(12) {
	case 0, 1, 2:
		flag := flags[d.rng.IntN(len(flags))]
		f, err := d.fs.OpenFile(from, flag, 0o666)
		if err == nil {
			d.files = append(d.files, f)
		}
		return fmt.Sprintf("open %s %#x: %s", from, flag, kind(err))
	case 3:
		return fmt.Sprintf("rename %s %s: %s", from, to, kind(d.fs.Rename(from, to)))
	case 4:
		return fmt.Sprintf("mkdir %s: %s", from, kind(d.fs.Mkdir(from, 0o777)))
	case 5:
		return fmt.Sprintf("remove %s: %s", from, kind(d.fs.Remove(from)))
	case 6:
		return fmt.Sprintf("link %s %s: %s", from, to, kind(d.fs.(faultfstest.Linker).Link(from, to)))
	case 7:
		if d.rng.IntN(4) == 0 {
			from = paths[d.rng.IntN(len(paths))]
			return fmt.Sprintf("removeall %s: %s", from, kind(d.fs.RemoveAll(from)))
		}
		return fmt.Sprintf("mkdirall %s: %s", from, kind(d.fs.MkdirAll(from, 0o777)))
	case 8:
		target := targets[d.rng.IntN(len(targets))]
		return fmt.Sprintf("symlink %s %s: %s", target, to, kind(d.fs.(afero.Linker).SymlinkIfPossible(target, to)))
	case 9:
		target, err := d.fs.(afero.LinkReader).ReadlinkIfPossible(from)
		return fmt.Sprintf("readlink %s: %s %s", from, target, kind(err))
	case 10:
		if runtime.GOOS != "linux" {
			return ""
		}
		return fmt.Sprintf("exchange %s %s: %s", from, to, kind(d.fs.(faultfs.Exchanger).Exchange(from, to)))
	default:
		info, err := d.fs.Stat(from)
		if err != nil || info.IsDir() {
			return fmt.Sprintf("stat %s: %s", from, kind(err))
		}
		return fmt.Sprintf("stat %s: %d", from, info.Size())
	}
}

func (d *driver) use(f afero.File) string {
	off, b, call := d.off(), d.bytes(), d.rng.IntN(10)
	if info, err := f.Stat(); err == nil && info.IsDir() {
		call = max(call, 7) // the position of a directory's cursor is up to the system
	}
	switch call {
	case 0:
		n, err := f.Write(b)
		return fmt.Sprintf("write %d: %d %s", len(b), n, kind(err))
	case 1:
		n, err := f.WriteAt(b, off)
		return fmt.Sprintf("write %d at %d: %d %s", len(b), off, n, kind(err))
	case 2:
		n, err := f.Read(b)
		return fmt.Sprintf("read %q %s", b[:n], kind(err))
	case 3:
		n, err := f.ReadAt(b, off)
		return fmt.Sprintf("read at %d %q %s", off, b[:n], kind(err))
	case 4:
		info, err := f.Stat()
		if err != nil {
			return fmt.Sprintf("stat: %s", kind(err))
		}
		return fmt.Sprintf("stat: %d", info.Size())
	case 5:
		return fmt.Sprintf("truncate %d: %s", off, kind(f.Truncate(off)))
	case 6:
		at, err := f.Seek(off-200, d.rng.IntN(3))
		return fmt.Sprintf("seek: %d %s", at, kind(err))
	case 7:
		names, err := f.Readdirnames(-1)
		slices.Sort(names)
		return fmt.Sprintf("list %v %s", names, kind(err))
	case 8:
		return fmt.Sprintf("sync: %s", kind(f.Sync()))
	default:
		return fmt.Sprintf("close: %s", kind(f.Close()))
	}
}

// kind names an error as far as programs distinguish errors.
func kind(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case err == io.EOF: //nolint:errorlint // a reader must return io.EOF itself, not an error that wraps it
		return "EOF"
	case errors.Is(err, os.ErrClosed), strings.HasSuffix(err.Error(), "use of closed file"):
		return "closed"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return "invalid argument" // package os has errors of its own for those
}

// contents lists everything below a directory.
func contents(t *testing.T, fs afero.Fs) (all []string) {
	t.Helper()
	require.NoError(t, afero.Walk(fs, "/", func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			all = append(all, path)
			return err
		}
		if info.Mode()&os.ModeSymlink != 0 {
			target, err := fs.(afero.LinkReader).ReadlinkIfPossible(path)
			all = append(all, path+" -> "+target)
			return err
		}
		b, err := afero.ReadFile(fs, path)
		all = append(all, fmt.Sprintf("%s %q", path, b))
		return err
	}))
	return all
}

// Random calls return the same on faultfs as on the operating system's filesystem.
func TestFaultFSBehavesLikeTheOperatingSystem(t *testing.T) {
	for seed := range uint64(200) {
		want := &driver{fs: temporary(t), rng: rand.New(rand.NewPCG(seed, 1))}
		got := &driver{fs: faultfs.New(faultfs.Options{}), rng: rand.New(rand.NewPCG(seed, 1))}
		var past []string
		for range 80 {
			past = append(past, want.step())
			require.Equal(t, past[len(past)-1], got.step(), "seed %d\n%s", seed, strings.Join(past, "\n"))
		}
		require.Equal(t, contents(t, want.fs), contents(t, got.fs), "seed %d", seed)
		for _, f := range want.files {
			_ = f.Close()
		}
	}
}
