package faultfs_test

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

func TestShortWriteReturnsWhatItWrote(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.create("f")
	l.hit("short write", func() {
		n, err := f.Write([]byte("12345"))
		require.Equal(t, 2, n)
		require.ErrorIs(t, err, io.ErrShortWrite)
	})
	at, err := f.Seek(0, io.SeekCurrent)
	l.ok(err)
	require.EqualValues(t, 2, at, "the next write continues after the short one")
}

// A short read returns fewer bytes and no error, and the next one continues there. Where io.ReaderAt requires an error,
// it is EIO rather than the end of the file. A read that cannot be short is not hit.
func TestShortRead(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	put(t, l.create("f"), 'a', 0, 10)
	f, err := l.fs.Open("f")
	l.ok(err)
	b := make([]byte, 8)
	l.rules("short read times=1")
	n, err := f.Read(b[:1])
	l.ok(err)
	require.Equal(t, 1, n, "half of one byte is none: no match")
	n, err = f.Read(b)
	l.ok(err)
	require.Equal(t, 4, n)
	all, err := io.ReadAll(f)
	l.ok(err)
	require.Len(t, all, 5)
	require.Equal(t, map[string]uint64{"short_read": 1}, l.fs.Injected())

	l.hit("short read", func() {
		n, err := f.ReadAt(b, 4)
		require.Equal(t, 3, n)
		require.ErrorIs(t, err, syscall.EIO)
		require.Equal(t, "aaa", string(b[:n]))
		n, err = f.ReadAt(b, 10)
		require.Zero(t, n)
		require.Equal(t, io.EOF, err, "at the end of the file a read cannot be short")
	})
}

// A read flips one bit for its caller only.
func TestBitFlipOfARead(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 1000)
	b, want := make([]byte, 600), bytes.Repeat([]byte{'o'}, 600)
	flipped := map[string]bool{}
	for seed := range 20 {
		l.rules(fmt.Sprintf("bitflip read nth=2 seed=%d", seed))
		l.ok(second(f.ReadAt(b, 0)))
		require.Equal(t, want, b)
		l.ok(second(f.ReadAt(b, 400)))
		at := l.fs.Trace()[len(l.fs.Trace())-1].Off - 400
		require.Equal(t, 1, bits.OnesCount8(b[at]^'o'))
		b[at] = 'o'
		require.Equal(t, want, b, "one bit, where the trace says")
		flipped[fmt.Sprint(at)] = true
	}
	require.Greater(t, len(flipped), 15, "different seeds flip different bits")
	l.fs.SetRules()
	l.reads("o1000")
	require.Equal(t, set{"/f=o1000": true}, outcomes(l.fs, everything))
}

// A write stores one wrong bit and reports success.
func TestBitFlipOfAWrite(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f, mine := l.durable("f", 'o', 1000), bytes.Repeat([]byte{'n'}, 300)
	l.hit("bitflip write seed=5", func() {
		n, err := f.WriteAt(mine, 100)
		l.ok(err)
		require.Equal(t, 300, n)
	})
	require.Equal(t, bytes.Repeat([]byte{'n'}, 300), mine, "the caller's buffer is not changed")
	l.sync(f)
	var got []byte
	require.Len(t, outcomes(l.fs, func(v view) string {
		got = read(t, v.(fsView).Fs, "f")
		return everything(v)
	}), 1)
	wrong := 0
	for i, b := range got {
		want := byte('o')
		if i >= 100 && i < 400 {
			want = 'n'
		}
		wrong += bits.OnesCount8(b ^ want)
	}
	require.Equal(t, 1, wrong)
}

// Writes that do not arrive, and what they leave on the disk once everything is synced.
func TestWritesThatGoAstray(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		rule  string
		write func(l *lab)
		leave []string // with seeds 0 to 39
	}{
		{"a dropped overwrite leaves the old bytes", "stale write f nth=2", func(l *lab) {
			l.write(l.durable("f", 'o', 100), 'n', 50, 20)
		}, []string{"/f=o100"}},
		{"a dropped append leaves zeros: the size is not in the block", "stale write f nth=2", func(l *lab) {
			l.write(l.durable("f", 'o', 100), 'n', 100, 20)
		}, []string{"/f=o100+.20"}},
		{"the only block cannot be misplaced", "misplaced write f nth=2", func(l *lab) {
			l.write(l.durable("f", 'o', 100), 'n', 0, 20)
		}, []string{"/f=o100"}},
		{"a block of the same file", "misplaced write f nth=2", func(l *lab) {
			l.write(l.durable("f", 'o', 8192), 'n', 10, 20)
		}, []string{"/f=o4106+n20+o4066"}},
		{"a block of another file, which does not grow", "misplaced write f nth=2", func(l *lab) {
			l.durable("g", 'g', 25)
			l.write(l.durable("f", 'o', 100), 'n', 10, 20)
		}, []string{"/f=o100 /g=g10+n15"}},
		{"no misplaced write goes beyond the end of another file", "misplaced write f nth=2", func(l *lab) {
			l.durable("g", 'g', 5)
			l.write(l.durable("f", 'o', 100), 'n', 10, 20)
		}, []string{"/f=o100 /g=g5"}},
		{"a block of either file", "misplaced write f nth=2", func(l *lab) {
			l.durable("g", 'g', 25)
			l.write(l.durable("f", 'o', 8192), 'n', 10, 20)
		}, []string{"/f=o4106+n20+o4066 /g=g25", "/f=o8192 /g=g10+n15"}},
	} {
		seen, want := set{}, set{}
		for seed := range 40 {
			l := &lab{t, faultfs.New(faultfs.Options{})}
			l.rules(fmt.Sprintf("%s seed=%d", test.rule, seed))
			test.write(l)
			require.Len(t, l.fs.Injected(), 1, test.name)
			alive := everything(fsView{l.fs})
			l.fs.SetRules()
			syncAll(t, l.fs)
			left := outcomes(l.fs, everything)
			require.Equal(t, set{alive: true}, left, test.name)
			seen[alive] = true
		}
		for _, state := range test.leave {
			want[state] = true
		}
		require.Equal(t, want, seen, test.name)
	}
}

// The filesystem becomes read-only: whatever would change it fails, including syncs, and reads go on.
func TestFilesystemBecomesReadOnly(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 10)
	l.write(f, 'n', 0, 10)
	l.rules(fmt.Sprintf("readonly any after=%d", l.fs.Now()))
	for name, err := range map[string]error{
		"write": second(f.WriteAt([]byte("m"), 0)), "sync": f.Sync(), "truncate": f.Truncate(1),
		"create": second(l.fs.Create("g")), "remove": l.fs.Remove("f"), "rename": l.fs.Rename("f", "g"),
		"open for writing": second(l.fs.OpenFile("f", os.O_RDWR, 0)), "chmod": l.fs.Chmod("f", 0), "lock": second(l.fs.Lock("f")),
	} {
		require.ErrorIs(t, err, syscall.EROFS, name)
	}
	l.reads("n10")
	l.ok(second(l.fs.Stat("f")))
	l.ok(f.Close())
	require.Equal(t, set{"/f=o10": true, "/f=n10": true}, outcomes(l.fs, everything), "what was dirty may have been written")
}
