package faultfs_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// rules parses fault rules and activates them.
func (l *lab) rules(texts ...string) {
	l.t.Helper()
	var rules []*faultfs.Rule
	for _, text := range texts {
		r, err := faultfs.ParseRule(text)
		l.ok(err)
		rules = append(rules, r)
	}
	l.fs.SetRules(rules...)
}

// hit runs a step under a fault rule and requires that the rule hits.
func (l *lab) hit(rule string, do func()) {
	l.t.Helper()
	l.rules(rule)
	do()
	require.Len(l.t, l.fs.Injected(), 1, "%s hit nothing", rule)
	l.fs.SetRules()
}

// failAs makes the sync of a file fail as it would on a filesystem.
func (l *lab) failAs(as string, f afero.File) {
	l.t.Helper()
	l.hit("failed sync as="+as, func() { require.ErrorIs(l.t, f.Sync(), syscall.EIO) })
}

// reads returns what the running program sees of the file f.
func (l *lab) reads(want string) {
	l.t.Helper()
	require.Equal(l.t, want, fsView{l.fs}.read("f", 0, 1<<20))
}

// fails syncs with an injected failure.
func (l *lab) failSync(effect faultfs.Effect, sync func() error) {
	l.t.Helper()
	l.fs.SetRules(&faultfs.Rule{Effect: effect, Op: faultfs.OpSync})
	err := sync()
	l.fs.SetRules()
	if effect == faultfs.LostSync {
		l.ok(err)
		return
	}
	require.True(l.t, errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC))
}

// What is left by a sync that fails, or that does nothing. Retries, and reads in between, are L15 and L16 of package
// litmus.
var failureLitmus = []litmus{
	{"a later write to the page makes it whole again", func(l *lab) {
		f := l.durable("f", 'o', 4096)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 2000, 10)
		l.sync(f)
	}, []string{"/f=n10+o1990+x10+o2086"}},
	{"a later write to another page does not repair it", func(l *lab) {
		f := l.durable("f", 'o', 8192)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 4096, 10)
		l.sync(f)
	}, []string{"/f=o4096+x10+o4086", "/f=n10+o4086+x10+o4086"}},
	{"after a failed fsync of an append its size comes with the next write", func(l *lab) {
		f := l.durable("f", 'o', 4096)
		l.write(f, 'n', 4096, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.write(f, 'x', 0, 4096)
		l.sync(f)
	}, []string{"/f=x4096+.10", "/f=x4096+n10"}},
	{"a truncation is final for what a failed fsync left", func(l *lab) {
		f := l.durable("f", 'o', 100)
		l.write(f, 'n', 0, 100)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.ok(f.Truncate(50))
		l.ok(f.Truncate(100))
		l.sync(f)
	}, []string{"/f=o50+.50", "/f=n50+.50"}},
	{"a failed fsync of a directory", func(l *lab) {
		l.create("f")
		d, err := l.fs.Open("/")
		l.ok(err)
		l.failSync(faultfs.FailedSync, d.Sync)
		l.sync(d)
	}, []string{"", "/f="}},
	{"write-back that fails by itself affects what was dirty, not the write that came then", func(l *lab) {
		f := l.durable("f", 'o', 8192)
		l.write(f, 'n', 0, 10)
		l.hit("failed writeback f", func() { l.write(f, 'm', 4096, 10) })
		require.ErrorIs(l.t, f.Sync(), syscall.EIO)
		l.sync(f)
	}, []string{"/f=o4096+m10+o4086", "/f=n10+o4086+m10+o4086"}},
	{"write-back that fails by itself leaves the size dirty", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 4096, 10)
		l.hit("failed writeback as=ext4-ordered", func() { l.write(f, 'm', 0, 10) })
		require.ErrorIs(l.t, f.Sync(), syscall.EIO)
		l.sync(f)
	}, []string{"/f=m10+.4096"}},
	{"after failed write-back the size may or may not be there until the next sync", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 10, 10)
		l.hit("failed writeback as=xfs", func() { l.write(f, 'm', 4096, 1) })
		l.ok(f.Truncate(20))
	}, []string{"/f=o10", "/f=o10+.10", "/f=o10+.4086", "/f=o10+.4086+m1", "/f=o10+.4087"}},
	{"write-back that fails on btrfs leaves the new bytes in memory, until it drops the page", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.hit("failed writeback as=btrfs", func() { l.write(f, 'm', 4096, 2) })
		l.reads("n10+.4086+m2")
		l.hit("evict read", func() { l.reads("o10+.4086+m2") })
		require.ErrorIs(l.t, f.Sync(), syscall.EIO)
		l.sync(f)
	}, []string{"/f=o10+.4086+m2"}},
	{"a page that is evicted may come back from a journal", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failAs("ext4-journal", f)
		l.hit("evict read", func() { l.reads("o10") })
		l.sync(f)
		l.reads("o10")
	}, []string{"/f=o10", "/f=n10"}},
	{"a page that was written again does not come back from a journal", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failAs("ext4-journal", f)
		l.hit("evict read", func() { l.reads("o10") })
		l.write(f, 'x', 9, 1)
		l.reads("o9+x1")
		l.sync(f)
	}, []string{"/f=o9+x1"}},
	{"eviction shows that the disk lacks what might have been there", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.reads("n10")
		l.hit("evict read", func() { l.reads("o10") })
	}, []string{"/f=o10"}},
	{"eviction leaves the size as it was: inodes stay in memory", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 10, 10)
		l.failSync(faultfs.FailedSync, f.Sync)
		l.hit("evict read", func() { l.reads("o10+.10") })
	}, []string{"/f=o10", "/f=o10+.10"}},
	{"eviction leaves dirty pages alone", func(l *lab) {
		f := l.durable("f", 'o', 8192)
		l.write(f, 'n', 0, 10)
		l.failAs("xfs", f)
		l.write(f, 'm', 4096, 10)
		l.hit("evict read", func() { l.reads("o4096+m10+o4086") })
		l.sync(f)
	}, []string{"/f=o4096+m10+o4086"}},
	{"what was truncated before an eviction stays truncated", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failAs("xfs", f)
		l.ok(f.Truncate(4))
		l.ok(f.Truncate(8))
		l.hit("evict read", func() { l.reads("o4+.4") })
		l.sync(f)
	}, []string{"/f=o4+.4"}},
	{"a lost fsync is made up for by the next one", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.LostSync, f.Sync)
		l.sync(f)
	}, []string{"/f=n10"}},
	{"a lost fsync does nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.LostSync, f.Sync)
	}, []string{"/f=o10", "/f=n10"}},
	{"an fsync that is refused leaves the pages dirty", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.failSync(faultfs.EIO, f.Sync)
		l.sync(f)
	}, []string{"/f=n10"}},
	{"a short write is half a write", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.Short, Op: faultfs.OpWrite})
		n, err := f.WriteAt([]byte("nnnnnnnn"), 10)
		require.Equal(l.t, 4, n)
		require.Error(l.t, err)
		l.fs.SetRules()
		l.sync(f)
	}, []string{"/f=o10+n4"}},
	{"a short write of one byte after the end writes nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.Short, Op: faultfs.OpWrite})
		_, err := f.WriteAt([]byte("n"), 20)
		require.Error(l.t, err)
		l.fs.SetRules()
		l.sync(f)
	}, []string{"/f=o10"}},
	{"a full disk changes nothing", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.fs.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: faultfs.OpWrite})
		_, err := f.WriteAt([]byte("nnn"), 8)
		require.ErrorIs(l.t, err, syscall.ENOSPC)
	}, []string{"/f=o10"}},
}

// filesystems is the table of what a failed sync leaves, with a row for each filesystem. A file has 10 durable old
// bytes, 10 new ones in their place, and 10 more in its second page.
var filesystems = []struct {
	as        string
	memory    string   // what reads see after the failure
	retried   []string // on the disk, after a retry, which succeeds
	rewritten []string // on the disk, after the first page is written again and synced
	evicted   []string // on the disk, after the clean pages were dropped from memory, where the file then reads o10+.4096
}{
	{"ext4-ordered", "n10+.4086+n10", []string{"o10+.4096"}, []string{"n9+x1+.4096"}, []string{"o10+.4096"}},
	{"xfs", "n10+.4086+n10", []string{"o10+.4096"}, []string{"n9+x1+.4096"}, []string{"o10+.4096"}},
	{"btrfs", "n10+.4086+n10", []string{"o10+.4096"}, []string{"n9+x1+.4096"}, []string{"o10+.4096"}},
	{
		"ext4-journal", "n10+.4086+n10",
		[]string{"o10+.4096", "n10+.4096", "o10+.4086+n10", "n10+.4086+n10"},
		[]string{"n9+x1+.4096", "n9+x1+.4086+n10"},
		[]string{"o10+.4096", "n10+.4096", "o10+.4086+n10", "n10+.4086+n10"},
	},
}

func TestFailedSyncImitatesEachFilesystem(t *testing.T) {
	t.Parallel()
	for _, row := range filesystems {
		// fail returns a lab whose sync has just failed.
		fail := func() (*lab, afero.File) {
			l := &lab{t, faultfs.New(faultfs.Options{})}
			f := l.durable("f", 'o', 10)
			l.write(f, 'n', 0, 10)
			l.write(f, 'n', 4096, 10)
			l.failAs(row.as, f)
			l.reads(row.memory)
			return l, f
		}
		leaves := func(l *lab, files []string) {
			want := set{}
			for _, f := range files {
				want["/f="+f] = true
			}
			require.Empty(t, want.differs(outcomes(l.fs, everything)), "%s\n%s", row.as, describe(l.fs.Trace()))
		}
		l, f := fail()
		l.sync(f)
		l.reads(row.memory)
		leaves(l, row.retried)

		l, f = fail()
		l.write(f, 'x', 9, 1)
		l.sync(f)
		leaves(l, row.rewritten)

		l, _ = fail()
		l.hit("evict read", func() { l.reads("o10+.4096") })
		l.reads("o10+.4096")
		leaves(l, row.evicted)
	}
}

// Whatever filesystem it imitates, a failed sync of a directory may or may not leave its names on the disk.
func TestFailedSyncOfADirectoryIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for _, row := range filesystems {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		l.create("f")
		dir, err := l.fs.Open("/")
		l.ok(err)
		l.hit("failed sync as="+row.as, func() { require.ErrorIs(t, dir.Sync(), syscall.EIO) })
		l.sync(dir)
		require.Equal(t, set{"": true, "/f=": true}, outcomes(l.fs, everything), row.as)
	}
}

// Each open handle reports a failed write-back once, instead of syncing, and so does the next one to be opened if none
// has reported it yet. s syncs and succeeds, e syncs and fails with EIO, w is a write-back that fails, f a sync that
// fails, o opens another handle and c closes the handle. The digit is the handle.
func TestFailuresAreReportedOnce(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"a sync that fails has reported it":                                                  "o1 f1 s1 s1",
		"every handle that was open reports it once":                                         "o1 o2 o3 f1 e2 e3 s1 s2 s3",
		"a handle opened later does not report it":                                           "o1 f1 o2 s2 s1",
		"write-back is reported by the next sync":                                            "o1 w1 e1 s1",
		"write-back is reported by every handle":                                             "o1 o2 w1 e2 s2 e1 s1",
		"write-back is also reported by a handle opened later":                               "o1 w1 o2 e2 s2 e1 s1",
		"a handle opened later does not report write-back that another handle has reported":  "o1 w1 e1 o2 s2",
		"write-back that no handle has reported is reported by the next handle to be opened": "o1 w1 c1 o2 e2 o3 s3",
		"a closed handle no longer reports it":                                               "o1 o2 w1 c2 e1 o2 s2",
		"two unreported failures count as one":                                               "o1 w1 w1 e1 s1",
		"a failure after the report counts again":                                            "o1 w1 e1 w1 e1 s1",
		"a second failure is reported by all handles again":                                  "o1 o2 w1 e1 e2 w1 e2 e1 s1 s2",
		"a handle that missed the first reports both once":                                   "o1 o2 w1 e1 w1 e2 s2 e1 s1",
		"a failing sync also reports the earlier failure":                                    "o1 o2 w1 f1 s1 e2 s2",
		"without failures nothing is reported":                                               "o1 s1 o2 s2 c1 o1 s1",
	} {
		l := &lab{t, faultfs.New(faultfs.Options{})}
		l.durable("f", 'o', 10)
		handles := map[byte]afero.File{}
		for i, step := range strings.Fields(script) {
			f := handles[step[1]]
			at := []any{"%s: %s, step %d", name, script, i}
			switch step[0] {
			case 'o':
				opened, err := l.fs.OpenFile("f", os.O_RDWR, 0)
				l.ok(err)
				handles[step[1]] = opened
			case 'c':
				l.ok(f.Close())
			case 'w':
				l.hit("failed writeback", func() { l.write(f, 'n', 0, 1) })
			case 'f':
				l.hit("failed sync", func() { require.ErrorIs(t, f.Sync(), syscall.EIO, at...) })
			case 'e':
				require.ErrorIs(t, f.Sync(), syscall.EIO, at...)
			case 's':
				require.NoError(t, f.Sync(), at...)
			}
		}
	}
}

// What a sync that reports an old failure should have covered stays pending, and the next sync makes it durable.
func TestASyncThatReportsAFailedWritebackSyncsNothing(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.durable("f", 'o', 10)
	l.hit("failed writeback", func() { l.write(f, 'n', 0, 10) })
	require.ErrorIs(t, f.Sync(), syscall.EIO)
	require.Equal(t, set{"/f=o10": true, "/f=n10": true}, outcomes(l.fs, everything))
	l.sync(f)
	require.Equal(t, set{"/f=n10": true}, outcomes(l.fs, everything))
}

// With O_SYNC the write returns the error.
func TestSynchronousWritesReportFailures(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	l.durable("f", 'o', 10)
	f, err := l.fs.OpenFile("f", os.O_RDWR|os.O_SYNC, 0)
	l.ok(err)
	l.hit("failed writeback", func() { require.ErrorIs(t, second(f.WriteAt([]byte("n"), 0)), syscall.EIO) })
	l.ok(second(f.WriteAt([]byte("n"), 0)))
	l.hit("failed sync", func() { require.ErrorIs(t, second(f.WriteAt([]byte("m"), 0)), syscall.EIO) })
	l.ok(second(f.WriteAt([]byte("p"), 0)))
}
