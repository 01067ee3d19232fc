package faultfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

type (
	disk = *faultfs.FS
	file = afero.File
)

var epoch = time.Unix(0, 0)

// calls has every method that a rule can hit, with the kind of operation as which rules see it. The first word names
// the method.
var calls = []struct {
	name string
	op   faultfs.OpKind
	call func(fs disk, f, dir file) error
}{
	{"FS.Create", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(fs.Create("new")) }},
	{"FS.Create of an existing file", faultfs.OpTruncate, func(fs disk, _, _ file) error { return second(fs.Create("a")) }},
	{"FS.Mkdir", faultfs.OpCreate, func(fs disk, _, _ file) error { return fs.Mkdir("new", 0) }},
	{"FS.MkdirAll", faultfs.OpCreate, func(fs disk, _, _ file) error { return fs.MkdirAll("new", 0) }},
	{"FS.SymlinkIfPossible", faultfs.OpCreate, func(fs disk, _, _ file) error { return fs.SymlinkIfPossible("a", "new") }},
	{"FS.ReadlinkIfPossible", faultfs.OpStat, func(fs disk, _, _ file) error { return second(fs.ReadlinkIfPossible("a")) }},
	{"FS.LstatIfPossible", faultfs.OpStat, func(fs disk, _, _ file) error {
		_, _, err := fs.LstatIfPossible("a")
		return err
	}},
	{"FS.Open", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.Open("a")) }},
	{"FS.OpenFile", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.OpenFile("a", os.O_RDWR, 0)) }},
	{"FS.OpenFile with O_TRUNC", faultfs.OpTruncate, func(fs disk, _, _ file) error {
		return second(fs.OpenFile("a", os.O_RDWR|os.O_TRUNC, 0))
	}},
	{"FS.Lock", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.Lock("a")) }},
	{"FS.Remove", faultfs.OpRemove, func(fs disk, _, _ file) error { return fs.Remove("a") }},
	{"FS.RemoveAll", faultfs.OpRemove, func(fs disk, _, _ file) error { return fs.RemoveAll("a") }},
	{"FS.Rename", faultfs.OpRename, func(fs disk, _, _ file) error { return fs.Rename("a", "new") }},
	{"FS.Rename by the new name", faultfs.OpRename, func(fs disk, _, _ file) error { return fs.Rename("b", "a") }},
	{"FS.Link", faultfs.OpLink, func(fs disk, _, _ file) error { return fs.Link("a", "new") }},
	{"FS.Exchange", faultfs.OpExchange, func(fs disk, _, _ file) error { return fs.Exchange("a", "b") }},
	{"FS.Stat", faultfs.OpStat, func(fs disk, _, _ file) error { return second(fs.Stat("a")) }},
	{"FS.Chmod", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chmod("a", 0) }},
	{"FS.Chown", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chown("a", 0, 0) }},
	{"FS.Chtimes", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chtimes("a", epoch, epoch) }},
	{"File.Read", faultfs.OpRead, func(_ disk, f, _ file) error { return second(f.Read(make([]byte, 1))) }},
	{"File.ReadAt", faultfs.OpRead, func(_ disk, f, _ file) error { return second(f.ReadAt(make([]byte, 1), 0)) }},
	{"File.Write", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.Write([]byte("xx"))) }},
	{"File.WriteAt", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.WriteAt([]byte("xx"), 0)) }},
	{"File.WriteString", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.WriteString("xx")) }},
	{"File.Truncate", faultfs.OpTruncate, func(_ disk, f, _ file) error { return f.Truncate(1) }},
	{"File.Sync", faultfs.OpSync, func(_ disk, f, _ file) error { return f.Sync() }},
	{"File.SyncData", faultfs.OpSync, func(_ disk, f, _ file) error { return f.(interface{ SyncData() error }).SyncData() }},
	{"File.Sync of a directory", faultfs.OpSync, func(_ disk, _, dir file) error { return dir.Sync() }},
	{"File.Stat", faultfs.OpStat, func(_ disk, f, _ file) error { return second(f.Stat()) }},
	{"File.Readdir", faultfs.OpList, func(_ disk, _, dir file) error { return second(dir.Readdir(-1)) }},
	{"File.Readdirnames", faultfs.OpList, func(_ disk, _, dir file) error { return second(dir.Readdirnames(-1)) }},
	{"File.Preallocate", faultfs.OpTruncate, func(_ disk, f, _ file) error {
		return f.(interface{ Preallocate(off, bytes int64) error }).Preallocate(0, 5000)
	}},
	{"File.PunchHole", faultfs.OpTruncate, func(_ disk, f, _ file) error {
		return f.(interface{ PunchHole(off, bytes int64) error }).PunchHole(0, 1)
	}},
	{"Inode.Lookup", faultfs.OpStat, func(fs disk, _, _ file) error { return second(inode(fs, 1).Lookup("a")) }},
	{"Inode.List", faultfs.OpList, func(fs disk, _, _ file) error { return second(inode(fs, 1).List()) }},
	{"Inode.Open", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(inode(fs, 2).Open(os.O_RDWR)) }},
	{"Inode.Create", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(inode(fs, 1).Create("new")) }},
	{"Inode.Mkdir", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(inode(fs, 1).Mkdir("new")) }},
	{"Inode.Symlink", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(inode(fs, 1).Symlink("a", "new")) }},
	{"Inode.Link", faultfs.OpLink, func(fs disk, _, _ file) error { return inode(fs, 1).Link(inode(fs, 2), "new") }},
	{"Inode.Remove", faultfs.OpRemove, func(fs disk, _, _ file) error { return inode(fs, 1).Remove("a") }},
	{"Inode.Rename", faultfs.OpRename, func(fs disk, _, _ file) error { return inode(fs, 1).Rename("a", inode(fs, 1), "new") }},
	{"Inode.Exchange", faultfs.OpExchange, func(fs disk, _, _ file) error {
		return inode(fs, 1).Exchange("a", inode(fs, 1), "b")
	}},
	{"Inode.Nameless", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(inode(fs, 1).Nameless()) }},
	{"Inode.SetXattr", faultfs.OpSetxattr, func(fs disk, _, _ file) error { return inode(fs, 2).SetXattr(faultfs.Attr{Name: "a"}) }},
	{"FS.Space", faultfs.OpStat, func(fs disk, _, _ file) error { return second(fs.Space()) }},
	{"File.Close", faultfs.OpClose, func(_ disk, f, _ file) error { return f.Close() }},
}

// silent are the methods that do not touch the disk, so that no fault can happen to them.
var silent = map[string]string{
	"FS.Name":        "a constant",
	"FS.Now":         "for the lab: the time of the latest operation",
	"FS.Trace":       "for the lab: the record",
	"FS.Crash":       "for the lab: power is cut",
	"FS.Fates":       "for the lab: what became of pending operations",
	"FS.Lost":        "for the lab: what the image lost",
	"FS.Calls":       "for the lab: how many calls there were",
	"FS.OpenFiles":   "for the lab: what is still open",
	"FS.Injected":    "for the lab: the faults",
	"FS.SetRules":    "for the lab: the faults",
	"FS.Matched":     "for the lab: the faults",
	"FS.Watch":       "for the lab: which calls there are",
	"FS.WatchReads":  "for the lab: how much was read",
	"FS.Model":       "for the lab: how the image came about",
	"FS.Decide":      "for the lab: not a call of a program",
	"FS.Decided":     "for the lab: what is known of the image",
	"FS.LostBytes":   "for the lab: what the image lost",
	"FS.Sampled":     "for the lab: how complete the search is",
	"FS.Inode":       "a number that the kernel knows",
	"Inode.Info":     "the kernel has it in memory since it was looked up",
	"Inode.Known":    "the same",
	"Inode.Xattr":    "no fault damages extended attributes",
	"Inode.Xattrs":   "the same",
	"Inode.NextData": "for the lab: where there is something to read",
	"File.Name":      "the name it was opened with",
	"File.Seek":      "the place of the next read; lseek(2) does no I/O",
	"Unlocker.Close": "a lock is memory of the kernel",
}

// Every method of a filesystem, of a file and of what locking returns is either hit by a fault in the table above or
// listed as one that cannot be hit. A method that is added and forgotten fails here.
func TestEveryMethodIsListed(t *testing.T) {
	t.Parallel()
	fs, f, _ := furnished(t)
	unlocker, err := fs.Lock("LOCK")
	require.NoError(t, err)
	hit := map[string]bool{}
	for _, c := range calls {
		method, _, _ := strings.Cut(c.name, " ")
		hit[method] = true
	}
	methods := map[string]bool{}
	for name, v := range map[string]any{"FS": fs, "File": f, "Unlocker": unlocker, "Inode": inode(fs, 1)} {
		for m := range reflect.TypeOf(v).Methods() {
			method := name + "." + m.Name
			methods[method] = true
			require.NotEqual(t, hit[method], silent[method] != "", "%s is in neither table, or in both", method)
		}
	}
	for method := range silent {
		require.True(t, methods[method], "%s is gone", method)
	}
	for method := range hit {
		require.True(t, methods[method], "%s is gone", method)
	}
}

// inode returns an inode of a furnished disk: 1 is the root, 2 the file a.
func inode(fs disk, n faultfs.Ino) faultfs.Inode {
	i, _ := fs.Inode(n)
	return i
}

func second[T any](_ T, err error) error { return err }

// furnished returns a disk with the files a and b, and open handles of a and of the root. Everything is durable.
func furnished(t *testing.T) (fs *faultfs.FS, f, dir afero.File) {
	t.Helper()
	fs = faultfs.New(faultfs.Options{})
	f = create(t, fs, "a")
	put(t, f, 'o', 0, 1000)
	create(t, fs, "b")
	dir, err := fs.Open("/")
	require.NoError(t, err)
	syncAll(t, fs)
	return fs, f, dir
}

// Every method can fail with every applicable errno. It then changes nothing, is counted, and is recorded in the trace.
func TestEveryMethodCanFail(t *testing.T) {
	t.Parallel()
	for effect, errno := range map[faultfs.Effect]syscall.Errno{
		faultfs.EIO: syscall.EIO, faultfs.EINTR: syscall.EINTR, faultfs.ENOSPC: syscall.ENOSPC,
		faultfs.EROFS: syscall.EROFS, faultfs.EMFILE: syscall.EMFILE,
	} {
		for _, c := range calls {
			rule := &faultfs.Rule{Effect: effect, Op: c.op, Glob: "*"}
			if _, err := faultfs.ParseRule(rule.String()); err != nil || effect == faultfs.EROFS && looks(c.name) {
				continue // the effect does not happen to this operation
			}
			t.Run(effect.String()+" "+c.name, func(t *testing.T) {
				t.Parallel()
				fs, f, dir := furnished(t)
				before := everything(fsView{fs})
				fs.SetRules(rule)
				err := c.call(fs, f, dir)
				require.ErrorIs(t, err, errno)
				require.Equal(t, map[string]uint64{rule.Key(): 1}, fs.Injected())
				require.EqualValues(t, 1, rule.Hits())
				fs.SetRules()
				last := fs.Trace()[len(fs.Trace())-1]
				require.Equal(t, effect, last.Fault)
				require.Equal(t, c.op, last.Kind)
				require.Equal(t, before, everything(fsView{fs}))
				require.Len(t, outcomes(fs, everything), 1)
				require.NoError(t, fs.Remove("b"), "the filesystem still works")
			})
		}
	}
}

// looks reports whether a method changes nothing although other methods of the same kind do.
func looks(method string) bool {
	return slices.Contains([]string{
		"FS.Open", "FS.Stat", "FS.LstatIfPossible", "FS.ReadlinkIfPossible", "FS.Space", "File.Stat", "Inode.Open", "Inode.Lookup",
	}, method)
}

// A rule about any call counts all of them with one counter, so a sweep over n reaches every call of a program.
func TestAnySweepsOverEveryCall(t *testing.T) {
	t.Parallel()
	program := func(rule string) (reached []string) {
		fs, f, dir := furnished(t)
		r, err := faultfs.ParseRule(rule)
		require.NoError(t, err)
		fs.SetRules(r)
		for _, c := range calls {
			if errors.Is(c.call(fs, f, dir), syscall.EIO) {
				reached = append(reached, c.name)
			}
		}
		return reached
	}
	swept, n := map[string]bool{}, 0
	for {
		n++
		reached := program(fmt.Sprintf("eio any nth=%d", n))
		if len(reached) == 0 {
			break // the program ran to its end
		}
		require.Len(t, reached, 1)
		swept[reached[0]] = true
	}
	require.Greater(t, n, len(calls)-8, "all calls are reached, except those on a file that an earlier call removed")
	require.Greater(t, len(swept), len(calls)-12)
	require.Len(t, program("eio any from=1"), len(calls), "all calls from the first one on fail")
	require.Empty(t, program("eio any from=1000"))
}

// Every operation kind that is a call is hit by at least one method above.
func TestEveryOperationIsTested(t *testing.T) {
	t.Parallel()
	hit := map[faultfs.OpKind]bool{}
	for _, c := range calls {
		hit[c.op] = true
	}
	for kind := range faultfs.OpRest {
		require.True(t, hit[kind], "no method counts as %s", kind)
	}
}

func TestRuleConditions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule string
		hits string // of ten syncs of each of two files, at ticks 3, 4, 5, ...: x for a hit
	}{
		{"eio sync", "xxxxxxxxxxxxxxxxxxxx"},
		{"eio sync a", "x.x.x.x.x.x.x.x.x.x."},
		{"eio sync [^a]", ".x.x.x.x.x.x.x.x.x.x"},
		{"eio sync nth=3", "..x................."},
		{"eio sync a nth=3", "....x..............."},
		{"eio sync from=18", ".................xxx"},
		{"eio sync b from=9", ".................x.x"},
		{"eio sync from=3 times=2", "..xx................"},
		{"eio sync from=3 every=4", "...x...x...x...x...x"},
		{"eio any from=19", "..............xxxxxx"}, // creating the files took four calls
		{"eio any a every=5", "....x.........x....."},
		{"eio sync every=4", "...x...x...x...x...x"},
		{"eio sync times=2", "xx.................."},
		{"eio sync every=4 times=2", "...x...x............"},
		{"eio sync after=5", "...xxxxxxxxxxxxxxxxx"},
		{"eio sync before=5", "xx.................."},
		{"eio sync after=5 before=8", "...xx..............."},
		{"eio read", "...................."},
	} {
		rule, err := faultfs.ParseRule(test.rule)
		require.NoError(t, err)
		fs := faultfs.New(faultfs.Options{Rules: []*faultfs.Rule{rule}})
		files, got := []afero.File{create(t, fs, "a"), create(t, fs, "b")}, ""
		for i := range 20 {
			if err := files[i%2].Sync(); err != nil {
				got += "x"
			} else {
				got += "."
			}
		}
		require.Equal(t, test.hits, got, test.rule)
	}
}

// A rule about ticks reads the clock, which may have advanced since the last operation.
func TestRulesUseTheClock(t *testing.T) {
	t.Parallel()
	now := uint64(0)
	fs := faultfs.New(faultfs.Options{Tick: func() uint64 { now++; return now }})
	fs.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpCreate, After: 100})
	require.NoError(t, second(fs.Create("a")))
	now = 200 // a client has used the clock
	require.ErrorIs(t, second(fs.Create("b")), syscall.EIO)
}

func TestProbability(t *testing.T) {
	t.Parallel()
	hits := func(seed uint64) (pattern string) {
		fs := faultfs.New(faultfs.Options{})
		f := create(t, fs, "a")
		fs.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync, Prob: 0.25, Seed: seed})
		for range 400 {
			if f.Sync() != nil {
				pattern += "x"
			} else {
				pattern += "."
			}
		}
		return pattern
	}
	first, again := hits(1), hits(1)
	require.Equal(t, first, again)
	require.NotEqual(t, first, hits(2))
	n := bytes.Count([]byte(hits(3)), []byte("x"))
	require.InDelta(t, 100, n, 40)
}

func read(t *testing.T, fs afero.Fs, name string) []byte {
	t.Helper()
	b, err := afero.ReadFile(fs, name)
	require.NoError(t, err)
	return b
}

func TestLock(t *testing.T) {
	t.Parallel()
	fs := faultfs.New(faultfs.Options{})
	lock, err := fs.Lock("/LOCK")
	require.NoError(t, err)
	_, err = fs.Lock("LOCK")
	require.ErrorIs(t, err, syscall.EAGAIN)
	img, err := fs.Crash(fs.Now(), faultfs.Model{}, faultfs.ImageOptions{})
	require.NoError(t, err)
	require.NoError(t, second(img.Lock("/LOCK")), "the lock of a crashed machine is gone")
	require.NoError(t, lock.Close())
	require.Error(t, lock.Close())
	again, err := fs.Lock("/LOCK")
	require.NoError(t, err)
	require.Error(t, lock.Close(), "an old handle does not unlock a new one")
	require.ErrorIs(t, second(fs.Lock("/LOCK")), syscall.EAGAIN)
	require.NoError(t, again.Close())
}
