package faultfs_test

import (
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// litmus is a program, with power cut at its end, and exactly what posix-min allows it to leave.
type litmus struct {
	name  string
	run   func(l *lab)
	leave []string
}

// check runs the program and requires that a crash leaves exactly the states that the model allows.
func (test *litmus) check(t *testing.T, model faultfs.Model) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	test.run(l)
	want := set{}
	for _, state := range test.leave {
		want[state] = true
	}
	require.Empty(t, want.differs(outcomesOf(model, l.fs, everything)), describe(l.fs.Trace()))
}

// lab is a filesystem with short names for what litmus programs do. The letter of a write fills it.
type lab struct {
	t  *testing.T
	fs *faultfs.FS
}

func (l *lab) create(name string) afero.File {
	l.t.Helper()
	return create(l.t, l.fs, name)
}

// durable makes a file with n bytes of a letter, name included.
func (l *lab) durable(name string, letter byte, n int) afero.File {
	l.t.Helper()
	f := l.create(name)
	put(l.t, f, letter, 0, n)
	syncAll(l.t, l.fs)
	return f
}

func (l *lab) write(f afero.File, letter byte, off, n int) { l.t.Helper(); put(l.t, f, letter, off, n) }
func (l *lab) sync(f afero.File)                           { l.t.Helper(); l.ok(f.Sync()) }
func (l *lab) syncRoot()                                   { l.t.Helper(); syncPath(l.t, l.fs, "/") }

func (l *lab) ok(err error) { l.t.Helper(); require.NoError(l.t, err) }

func TestLitmus(t *testing.T) {
	t.Parallel()
	for _, table := range [][]litmus{operationLitmus, programLitmus, failureLitmus} {
		for _, test := range table {
			t.Run(test.name, func(t *testing.T) { test.check(t, faultfs.Model{}) })
		}
	}
}

// What each operation may leave behind, one row of the table after another.
var operationLitmus = []litmus{
	{"nothing pending leaves one image", func(l *lab) { l.durable("f", 'o', 100) }, []string{"/f=o100"}},
	{"an overwrite is old or new, sector by sector", func(l *lab) {
		l.write(l.durable("f", 'o', 1024), 'n', 0, 1024)
	}, []string{"/f=o1024", "/f=n512+o512", "/f=o512+n512", "/f=n1024"}},
	{"fsync makes an overwrite durable", func(l *lab) {
		f := l.durable("f", 'o', 1024)
		l.write(f, 'n', 0, 1024)
		l.sync(f)
	}, []string{"/f=n1024"}},
	{"fsync of the directory does nothing for an overwrite", func(l *lab) {
		l.write(l.durable("f", 'o', 100), 'n', 0, 100)
		l.syncRoot()
	}, []string{"/f=o100", "/f=n100"}},
	{"two overwrites of a sector keep their order", func(l *lab) {
		f := l.durable("f", 'o', 100)
		l.write(f, '1', 0, 50)
		l.write(f, '2', 40, 60)
	}, []string{"/f=o100", "/f=150+o50", "/f=140+260"}},
	{"an append's size and data are independent", func(l *lab) {
		l.write(l.durable("f", 'o', 512), 'n', 512, 100)
	}, []string{"/f=o512", "/f=o512+.100", "/f=o512+n100"}},
	{"fsync makes an append durable with its size", func(l *lab) {
		f := l.durable("f", 'o', 512)
		l.write(f, 'n', 512, 100)
		l.sync(f)
	}, []string{"/f=o512+n100"}},
	{"O_SYNC makes each write durable, the name not", func(l *lab) {
		f, err := l.fs.OpenFile("f", os.O_RDWR|os.O_CREATE|os.O_SYNC, 0o666)
		l.ok(err)
		l.write(f, 'n', 0, 600)
	}, []string{"", "/f=n600"}},
	{"a truncation is there or not, and the rest of its page may be cleared before", func(l *lab) {
		l.ok(l.durable("f", 'o', 1000).Truncate(300))
	}, []string{"/f=o1000", "/f=o300", "/f=o300+.212+o488", "/f=o512+.488", "/f=o300+.700"}},
	{"fsync makes a truncation durable", func(l *lab) {
		f := l.durable("f", 'o', 1000)
		l.ok(f.Truncate(300))
		l.sync(f)
	}, []string{"/f=o300"}},
	{"truncated bytes never come back", func(l *lab) {
		f := l.durable("f", 'o', 1000)
		l.ok(f.Truncate(300))
		l.ok(f.Truncate(1000))
	}, []string{"/f=o1000", "/f=o300", "/f=o300+.212+o488", "/f=o512+.488", "/f=o300+.700"}},
	{"a write after a truncation needs the truncation", func(l *lab) {
		f := l.durable("f", 'o', 1024)
		l.ok(f.Truncate(0))
		l.write(f, 'n', 512, 512)
	}, []string{"/f=o1024", "/f=", "/f=.1024", "/f=.512+n512"}},
	{"an older truncation to a smaller size counts too", func(l *lab) {
		f := l.durable("f", 'o', 600)
		l.ok(f.Truncate(0))
		l.ok(f.Truncate(600))
		l.ok(f.Truncate(550))
		l.write(f, 'n', 0, 100)
	}, []string{"/f=o600", "/f=", "/f=.600", "/f=.550", "/f=n100+.450", "/f=n100+.500"}},
	{"a hole has one size, or ends with the page that it begins in", func(l *lab) {
		l.write(l.durable("f", 'o', 100), 'n', 9000, 10)
	}, []string{"/f=o100", "/f=o100+.3996", "/f=o100+.8910", "/f=o100+.8900+n10"}},
	{"a new name is there or not", func(l *lab) { l.create("f") }, []string{"", "/f="}},
	{"fsync of the directory makes the name durable, not the bytes", func(l *lab) {
		l.write(l.create("f"), 'n', 0, 100)
		l.syncRoot()
	}, []string{"/f=", "/f=.100", "/f=n100"}},
	{"a rename is old or new", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.Rename("a", "b"))
	}, []string{"/a=o10", "/b=o10"}},
	{"a rename over a file is old or new", func(l *lab) {
		l.durable("a", 'n', 10)
		l.durable("b", 'o', 10)
		l.ok(l.fs.Rename("a", "b"))
	}, []string{"/a=n10 /b=o10", "/b=n10"}},
	{"fsync of the file does nothing for its rename", func(l *lab) {
		f := l.durable("a", 'o', 10)
		l.ok(l.fs.Rename("a", "b"))
		l.sync(f)
	}, []string{"/a=o10", "/b=o10"}},
	{"fsync of the directory makes a rename durable", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.Rename("a", "b"))
		l.syncRoot()
	}, []string{"/b=o10"}},
	{"an unlink may persist without a sync", func(l *lab) {
		l.durable("f", 'o', 10)
		l.ok(l.fs.Remove("f"))
	}, []string{"", "/f=o10"}},
	{"close makes nothing durable", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.write(f, 'n', 0, 10)
		l.ok(f.Close())
	}, []string{"/f=o10", "/f=n10"}},
	{"a link is there or not, the file stays", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.Link("a", "b"))
	}, []string{"/a=o10", "/a=o10 /b=o10"}},
	{"link then unlink always leaves a name", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.Link("a", "b"))
		l.ok(l.fs.Remove("a"))
	}, []string{"/a=o10", "/a=o10 /b=o10", "/b=o10"}},
	{"names of one file keep their order, also where one is overwritten", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.Link("a", "b"))
		l.durable("c", 'n', 10)
		l.ok(l.fs.Rename("c", "a"))
		l.ok(l.fs.Remove("b"))
	}, []string{"/a=o10 /b=o10 /c=n10", "/a=n10 /b=o10", "/a=n10"}},
	{"a symbolic link is there or not, and never without its target", func(l *lab) {
		l.ok(l.fs.SymlinkIfPossible("target", "s"))
	}, []string{"", "/s->target"}},
	{"fsync of what a symbolic link leads to does nothing for the link", func(l *lab) {
		f := l.durable("f", 'o', 10)
		l.ok(l.fs.SymlinkIfPossible("f", "s"))
		l.sync(f)
	}, []string{"/f=o10", "/f=o10 /s->f"}},
	{"a symbolic link switched by rename leads to the old place or the new one", func(l *lab) {
		l.durable("1", 'x', 10)
		l.durable("2", 'y', 10)
		l.ok(l.fs.SymlinkIfPossible("1", "s"))
		l.syncRoot()
		l.ok(l.fs.SymlinkIfPossible("2", "t"))
		l.ok(l.fs.Rename("t", "s"))
	}, []string{"/1=x10 /2=y10 /s->1", "/1=x10 /2=y10 /s->1 /t->2", "/1=x10 /2=y10 /s->2"}},
	{"a directory is there or not", func(l *lab) {
		l.ok(l.fs.Mkdir("d", 0o777))
		l.create("d/f")
	}, []string{"", "/d/", "/d/ /d/f="}},
}

// Moves between directories. The litmus programs for every profile are in package litmus.
var programLitmus = []litmus{
	{"a move into a new directory never loses the file", func(l *lab) {
		l.durable("a", 'o', 10)
		l.ok(l.fs.MkdirAll("d/e", 0o777))
		l.ok(l.fs.Rename("a", "d/e/a"))
	}, []string{"/a=o10", "/a=o10 /d/", "/a=o10 /d/ /d/e/", "/d/ /d/e/ /d/e/a=o10"}},
	{"a move out of a removed directory never loses the file", func(l *lab) {
		l.ok(l.fs.Mkdir("d", 0o777))
		l.durable("d/a", 'o', 10)
		l.ok(l.fs.Rename("d/a", "a"))
		l.ok(l.fs.Remove("d"))
	}, []string{"/d/ /d/a=o10", "/a=o10 /d/", "/a=o10"}},
	{"directories never lie in each other", func(l *lab) {
		l.ok(l.fs.MkdirAll("a/b", 0o777))
		l.durable("a/b/f", 'o', 10)
		l.ok(l.fs.Rename("a/b", "c"))
		l.ok(l.fs.Rename("a", "c/a"))
	}, []string{"/a/ /a/b/ /a/b/f=o10", "/a/ /c/ /c/f=o10", "/c/ /c/a/ /c/f=o10"}},
}
