package faultfstest_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/faultfstest"
)

// here is the working directory as a filesystem: the system sees every path as it is spelled.
type here struct{ afero.OsFs }

func (here) Link(from, to string) error { return os.Link(from, to) }

// forms returns spellings of paths to everything that a path can lead to: files, directories, links to either with and
// without a slash in the target, dangling links, loops, and nothing.
func forms() (all []string) {
	for _, name := range []string{
		"f", "d", "e", "new", "lf", "ld", "ln", "lf/", "ld/", "to-f/", "to-d/", "to-new/", "to-ld/", "loop", "up",
		"d/f", "ld/f", "f/x", "lf/x", "new/x", "ln/x", "d/up", "d/new", "e/lost",
	} {
		name = strings.NewReplacer("to-f/", "lfs", "to-d/", "lds", "to-new/", "lns", "to-ld/", "llds").Replace(name)
		for _, end := range []string{"", "/", "//", "/.", "/./", "/.."} {
			if name != "up" || end != "/.." { // this one leads above the directory that serves as our root
				all = append(all, name+end)
			}
		}
	}
	long := strings.Repeat("n", 255)
	all = append(all, "", ".", "./", "d/..", "./f", ".//d//f", "d/../f", "ld/../f", "new/../f", "f/../d", "d/./f", "f\x00", "new\x00/x",
		long, long+"n", long+"/", "d/"+long+"n", "f/"+long+"n", "new/"+long+"n",
		strings.Repeat("./", 2047)+"f", strings.Repeat("./", 2047)+"ff", strings.Repeat("d/../", 818)+"d/../f", strings.Repeat("x/", 2100))
	slices.Sort(all)
	return slices.Compact(all)
}

// plant creates what the paths of forms lead to.
func plant(t *testing.T, fs afero.Fs) {
	t.Helper()
	for _, dir := range []string{"d", "e"} {
		require.NoError(t, fs.Mkdir(dir, 0o777))
	}
	for _, file := range []string{"f", "d/f"} {
		require.NoError(t, afero.WriteFile(fs, file, []byte("old"), 0o666))
	}
	for name, target := range map[string]string{
		"lf": "f", "ld": "d", "ln": "new", "lfs": "f/", "lds": "d/", "lns": "new/", "llds": "ld/", "loop": "loop", "up": "d/..", "d/up": "../f",
		"e/lost": "x/y",
	} {
		require.NoError(t, fs.(afero.Linker).SymlinkIfPossible(target, name))
	}
}

var openings = func() (all []int) {
	for _, access := range []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_RDWR} {
		for _, flag := range []int{
			0, os.O_CREATE, os.O_CREATE | os.O_EXCL, os.O_EXCL, os.O_TRUNC, os.O_CREATE | os.O_TRUNC, os.O_APPEND,
			os.O_APPEND | os.O_CREATE, os.O_SYNC, syscall.O_DIRECTORY, syscall.O_NOFOLLOW, syscall.O_DIRECTORY | syscall.O_NOFOLLOW,
			os.O_CREATE | syscall.O_NOFOLLOW, os.O_CREATE | os.O_EXCL | syscall.O_NOFOLLOW, os.O_CREATE | syscall.O_DIRECTORY,
			os.O_TRUNC | syscall.O_DIRECTORY, os.O_TRUNC | syscall.O_NOFOLLOW, oPath, oPath | syscall.O_NOFOLLOW,
			oPath | syscall.O_DIRECTORY, oPath | os.O_CREATE | os.O_TRUNC, syscall.O_DSYNC, syscall.O_CLOEXEC, syscall.O_NOATIME,
		} {
			all = append(all, access|flag)
		}
	}
	return all
}()

const oPath = 0x200000 // O_PATH, which package syscall does not have

// probe uses a handle in every way and reports the results.
func probe(f afero.File) string {
	var said []string
	say := func(call string, n int, err error) { said = append(said, fmt.Sprintf("%s %d %s", call, n, kind(err))) }
	info, err := f.Stat()
	say("stat", 0, err)
	dir := err == nil && info.IsDir()
	if !dir { // the position of a directory's cursor is up to the system
		at, err := f.Seek(1, 0)
		say("seek", int(at), err)
	}
	n, err := f.Write([]byte("w"))
	say("write", n, err)
	n, err = f.WriteAt([]byte("v"), 1)
	say("write at", n, err)
	n, err = f.Read(make([]byte, 1))
	say("read", n, err)
	n, err = f.ReadAt(make([]byte, 9), 0)
	say("read at", n, err)
	say("truncate", 0, f.Truncate(2))
	say("truncate below zero", 0, f.Truncate(-1))
	say("sync", 0, f.Sync())
	names, err := f.Readdirnames(-1)
	say("list", len(names), err)
	say("close", 0, f.Close())
	return strings.Join(said, ", ")
}

// pathCalls are the calls that take one path. Their effects stay on the disk.
var pathCalls = map[string]func(fs afero.Fs, name string) string{
	"create": func(fs afero.Fs, name string) string {
		f, err := fs.Create(name)
		if err != nil {
			return kind(err)
		}
		return probe(f)
	},
	"mkdir":     func(fs afero.Fs, name string) string { return kind(fs.Mkdir(name, 0o777)) },
	"mkdirall":  func(fs afero.Fs, name string) string { return kind(fs.MkdirAll(name, 0o777)) },
	"remove":    func(fs afero.Fs, name string) string { return kind(fs.Remove(name)) },
	"removeall": func(fs afero.Fs, name string) string { return kind(fs.RemoveAll(name)) },
	"chmod":     func(fs afero.Fs, name string) string { return kind(fs.Chmod(name, 0o777)) },
	"chtimes":   func(fs afero.Fs, name string) string { return kind(fs.Chtimes(name, time.Unix(1, 0), time.Unix(2, 0))) },
	"symlink":   func(fs afero.Fs, name string) string { return kind(fs.(afero.Linker).SymlinkIfPossible("f", name)) },
	"readlink": func(fs afero.Fs, name string) string {
		target, err := fs.(afero.LinkReader).ReadlinkIfPossible(name)
		return target + " " + kind(err)
	},
	"stat": func(fs afero.Fs, name string) string {
		info, err := fs.Stat(name)
		return describe(info, err)
	},
	"lstat": func(fs afero.Fs, name string) string {
		info, _, err := fs.(afero.Lstater).LstatIfPossible(name)
		return describe(info, err)
	},
}

func describe(info os.FileInfo, err error) string {
	if err != nil {
		return kind(err)
	}
	size := info.Size()
	if info.IsDir() {
		size = 0 // the size of a directory is up to the system
	}
	return fmt.Sprintf("%s %s %d", info.Name(), info.Mode().Type(), size)
}

// twins are the operating system and a faultfs that receive the same calls.
type twins struct {
	t            *testing.T
	host, fault  afero.Fs
	base         string // holds the host's directories
	rounds, same int
}

// fresh recreates the starting state on both.
func (w *twins) fresh() {
	w.t.Helper()
	w.rounds++
	dir := fmt.Sprintf("%s/%d", w.base, w.rounds)
	require.NoError(w.t, os.Mkdir(dir, 0o777))
	require.NoError(w.t, os.Chdir(dir))
	w.host, w.fault = &here{}, faultfs.New(faultfs.Options{})
	plant(w.t, w.host)
	plant(w.t, w.fault)
}

// both requires that a call returns the same on both, and that both look the same afterwards.
func (w *twins) both(call string, do func(afero.Fs) string) {
	w.t.Helper()
	want, got := do(w.host), do(w.fault)
	require.Equal(w.t, want, got, call)
	w.same++
	if strings.Contains(want, "ok") || strings.HasPrefix(call, "removeall") {
		require.Equal(w.t, tree(w.t, w.host), tree(w.t, w.fault), call)
		w.fresh()
	}
}

// tree lists everything there is.
func tree(t *testing.T, fs afero.Fs) []string {
	t.Helper()
	var all []string
	require.NoError(t, afero.Walk(fs, ".", func(path string, info os.FileInfo, err error) error {
		all = append(all, path+" "+describe(info, err))
		return err
	}))
	return all
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	w := &twins{t: t, base: t.TempDir()}
	memory, err := os.MkdirTemp("/dev/shm", "faultfstest-") //nolint:usetesting // in memory: the same kernel, and faster
	if err == nil {
		w.base = memory
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(memory)) })
	}
	t.Chdir(w.base) // and back at the end
	w.fresh()
	return w
}

// However a path is spelled, and whatever flags a file is opened with, each call returns and does what it does on
// Linux. Outside the nightly, each form meets only a share of the flags.
func TestPathFormsAndFlags(t *testing.T) {
	w := newTwins(t)
	for i, name := range forms() {
		for what, call := range pathCalls {
			if what == "removeall" && (strings.HasSuffix(name, "..") || strings.HasSuffix(name, "./") || len(name) > 4095) {
				continue // package os takes the path apart; nobody relies on what that does
			}
			w.both(what+" "+name, func(fs afero.Fs) string { return call(fs, name) })
		}
		for j, flag := range openings {
			if (i+j)%share(4) != 0 {
				continue
			}
			w.both(fmt.Sprintf("open %s %#x", name, flag), func(fs afero.Fs) string {
				f, err := fs.OpenFile(name, flag, 0o666)
				if err != nil {
					return kind(err)
				}
				return probe(f)
			})
		}
	}
	t.Log(w.same, "calls")
}

// Calls that take two paths also behave as on Linux, however the paths are spelled.
func TestPathFormsOfTwoPaths(t *testing.T) {
	w := newTwins(t)
	for i, from := range forms() {
		for j, to := range forms() {
			if (i+j)%share(4) != 0 {
				continue
			}
			w.both("rename "+from+" "+to, func(fs afero.Fs) string { return kind(fs.Rename(from, to)) })
			w.both("link "+from+" "+to, func(fs afero.Fs) string { return kind(fs.(faultfstest.Linker).Link(from, to)) })
		}
	}
	t.Log(w.same, "calls")
}

// share returns n, or 1 in the nightly: one in how many cases is tried.
func share(n int) int {
	if os.Getenv("LIGHTNING_NIGHTLY") != "" {
		return 1
	}
	return n
}
