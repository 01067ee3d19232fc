package faultfs_test

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

type (
	disk = *faultfs.FS
	file = afero.File
)

// calls is every method that a rule can hit, with the operation it counts as.
var calls = []struct {
	name string
	op   faultfs.OpKind
	call func(fs disk, f, dir file) error
}{
	{"Create", faultfs.OpCreate, func(fs disk, _, _ file) error { return second(fs.Create("new")) }},
	{"Create of an existing file", faultfs.OpTruncate, func(fs disk, _, _ file) error { return second(fs.Create("a")) }},
	{"Mkdir", faultfs.OpCreate, func(fs disk, _, _ file) error { return fs.Mkdir("new", 0) }},
	{"MkdirAll", faultfs.OpCreate, func(fs disk, _, _ file) error { return fs.MkdirAll("new", 0) }},
	{"Open", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.Open("a")) }},
	{"OpenFile", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.OpenFile("a", os.O_RDWR, 0)) }},
	{"Lock", faultfs.OpOpen, func(fs disk, _, _ file) error { return second(fs.Lock("a")) }},
	{"Remove", faultfs.OpRemove, func(fs disk, _, _ file) error { return fs.Remove("a") }},
	{"RemoveAll", faultfs.OpRemove, func(fs disk, _, _ file) error { return fs.RemoveAll("a") }},
	{"Rename", faultfs.OpRename, func(fs disk, _, _ file) error { return fs.Rename("a", "new") }},
	{"Rename, by the new name", faultfs.OpRename, func(fs disk, _, _ file) error { return fs.Rename("b", "a") }},
	{"Link", faultfs.OpLink, func(fs disk, _, _ file) error { return fs.Link("a", "new") }},
	{"Stat", faultfs.OpStat, func(fs disk, _, _ file) error { return second(fs.Stat("a")) }},
	{"Chmod", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chmod("a", 0) }},
	{"Chown", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chown("a", 0, 0) }},
	{"Chtimes", faultfs.OpStat, func(fs disk, _, _ file) error { return fs.Chtimes("a", epoch, epoch) }},
	{"Read", faultfs.OpRead, func(_ disk, f, _ file) error { return second(f.Read(make([]byte, 1))) }},
	{"ReadAt", faultfs.OpRead, func(_ disk, f, _ file) error { return second(f.ReadAt(make([]byte, 1), 0)) }},
	{"Write", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.Write([]byte("xx"))) }},
	{"WriteAt", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.WriteAt([]byte("xx"), 0)) }},
	{"WriteString", faultfs.OpWrite, func(_ disk, f, _ file) error { return second(f.WriteString("xx")) }},
	{"Truncate", faultfs.OpTruncate, func(_ disk, f, _ file) error { return f.Truncate(1) }},
	{"Sync", faultfs.OpSync, func(_ disk, f, _ file) error { return f.Sync() }},
	{"SyncData", faultfs.OpSync, func(_ disk, f, _ file) error { return f.(interface{ SyncData() error }).SyncData() }},
	{"Sync of a directory", faultfs.OpSync, func(_ disk, _, dir file) error { return dir.Sync() }},
	{"File.Stat", faultfs.OpStat, func(_ disk, f, _ file) error { return second(f.Stat()) }},
	{"Readdir", faultfs.OpList, func(_ disk, _, dir file) error { return second(dir.Readdir(-1)) }},
	{"Readdirnames", faultfs.OpList, func(_ disk, _, dir file) error { return second(dir.Readdirnames(-1)) }},
	{"Close", faultfs.OpClose, func(_ disk, f, _ file) error { return f.Close() }},
}

func second[T any](_ T, err error) error { return err }

// furnished returns a disk with the files a and b, and open handles of a and of the root. All is durable.
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

// Every method can fail with every errno that fits; it then changes nothing, is counted, and stands in the trace.
func TestEveryMethodInjects(t *testing.T) {
	t.Parallel()
	for effect, errno := range map[faultfs.Effect]syscall.Errno{faultfs.EIO: syscall.EIO, faultfs.ENOSPC: syscall.ENOSPC} {
		for _, c := range calls {
			rule := &faultfs.Rule{Effect: effect, Op: c.op, Glob: "*"}
			if _, err := faultfs.ParseRule(rule.String()); err != nil {
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
				require.Len(t, outcomes(faultfs.Model{}, fs, everything), 1)
				require.NoError(t, fs.Remove("b"), "the filesystem lives on")
			})
		}
	}
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

// A rule about ticks goes by the clock, also if the clock has moved since the last operation.
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

func TestShortWriteReturnsWhatItWrote(t *testing.T) {
	t.Parallel()
	fs, f, _ := furnished(t)
	fs.SetRules(&faultfs.Rule{Effect: faultfs.ShortWrite, Op: faultfs.OpWrite})
	n, err := f.Write([]byte("12345"))
	require.Equal(t, 2, n)
	require.ErrorIs(t, err, io.ErrShortWrite)
	at, err := f.Seek(0, io.SeekCurrent)
	require.NoError(t, err)
	require.EqualValues(t, 2, at, "the next write goes on where this one stopped")
}

// Rot flips exactly one bit of one matching durable file, and nothing else differs.
func TestRotFlipsOneBit(t *testing.T) {
	t.Parallel()
	fs, f, _ := furnished(t)
	put(t, f, 'p', 0, 5000)
	require.NoError(t, f.Sync())
	put(t, create(t, fs, "c"), 'x', 0, 100)
	point := faultfs.NewTimeline(fs, faultfs.Model{Profile: faultfs.LoseAll()}, 0).Advance(fs.Now())
	rule, err := faultfs.ParseRule("bitflip rest a* seed=3")
	require.NoError(t, err)
	clean := read(t, point.Image(faultfs.ImageOptions{}), "a")
	bits := map[faultfs.Damage]bool{}
	for draw := range uint64(50) {
		rotten, at, ok := point.Rot(rule, draw)
		require.True(t, ok)
		require.Equal(t, "a", at.Path)
		bits[at] = true
		got := read(t, rotten.Image(faultfs.ImageOptions{}), "a")
		got[at.Off] ^= 1 << at.Bit
		require.Equal(t, clean, got)
	}
	require.Greater(t, len(bits), 45, "each draw is another bit")
	require.EqualValues(t, 50, rule.Hits())
	require.Equal(t, clean, read(t, point.Image(faultfs.ImageOptions{}), "a"))
	for _, text := range []string{"bitflip rest c", "bitflip rest b", "bitflip rest nosuch", "bitflip rest a after=999"} {
		rule, err := faultfs.ParseRule(text)
		require.NoError(t, err)
		_, _, ok := point.Rot(rule, 1)
		require.False(t, ok, "%s: not durable, empty, absent, or not yet", text)
	}
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
	require.ErrorIs(t, err, syscall.EWOULDBLOCK)
	img, err := fs.Crash(fs.Now(), faultfs.Model{}, faultfs.ImageOptions{})
	require.NoError(t, err)
	require.NoError(t, second(img.Lock("/LOCK")), "the lock of a crashed machine is gone")
	require.NoError(t, lock.Close())
	require.Error(t, lock.Close())
	again, err := fs.Lock("/LOCK")
	require.NoError(t, err)
	require.Error(t, lock.Close(), "an old handle does not unlock a new one")
	require.ErrorIs(t, second(fs.Lock("/LOCK")), syscall.EWOULDBLOCK)
	require.NoError(t, again.Close())
}
