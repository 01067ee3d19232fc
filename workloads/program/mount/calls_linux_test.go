package mount_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// calls makes the system calls that stores make, in a directory, and prints their results. The output must be the same on a
// simulated disk and on a real one.
func calls(dir string, out io.Writer) {
	c := &caller{dir: dir, out: out}
	for _, group := range []func(){c.files, c.maps, c.space, c.names, c.exchanges, c.copies, c.flags, c.unlinked, c.nameless, c.xattrs, c.locks, c.attributes, c.processes} {
		group()
	}
}

type caller struct {
	dir string
	out io.Writer
}

func (c *caller) path(name string) string { return filepath.Join(c.dir, name) }

// say prints what a call returned.
func (c *caller) say(call string, results ...any) {
	for i, r := range results {
		err, failed := r.(error)
		var errno syscall.Errno
		switch {
		case failed && errors.As(err, &errno):
			results[i] = errno.Error()
		case r == nil:
			results[i] = "ok"
		}
	}
	fmt.Fprintln(c.out, append([]any{call + ":"}, results...)...)
}

func (c *caller) open(name string, flag int) *os.File {
	f, err := os.OpenFile(c.path(name), flag, 0o640)
	if err != nil {
		c.say("open "+name, err)
		os.Exit(1)
	}
	return f
}

// show prints the size and the content of a file.
func (c *caller) show(name string) {
	b, err := os.ReadFile(c.path(name))
	text := strconv.Quote(string(b))
	if len(b) > 40 {
		text = fmt.Sprintf("%q...%q", b[:20], b[len(b)-20:])
	}
	c.say("read "+name, len(b), text, err)
}

func (c *caller) files() {
	f := c.open("a", os.O_RDWR|os.O_CREATE|os.O_EXCL)
	c.say("write", second(f.Write([]byte("hello, disk"))))
	c.say("pwrite", second(f.WriteAt([]byte("HELLO"), 0)))
	c.say("past the end", second(f.WriteAt([]byte("x"), 9000)))
	c.say("sync", f.Sync(), unix.Fdatasync(int(f.Fd())))
	c.show("a")
	c.say("truncate", f.Truncate(5), f.Truncate(7))
	c.show("a")
	c.say("again", second(os.OpenFile(c.path("a"), os.O_CREATE|os.O_EXCL, 0o600)))
	app := c.open("a", os.O_WRONLY|os.O_APPEND)
	c.say("append", second(app.Write([]byte("tail"))))
	c.show("a")
	c.say("read-only", second(c.open("a", os.O_RDONLY).Write([]byte("no"))))
	c.say("emptied", c.open("a", os.O_WRONLY|os.O_TRUNC).Close())
	c.show("a")
	sync := c.open("synced", os.O_WRONLY|os.O_CREATE|unix.O_DSYNC)
	c.say("O_DSYNC", second(sync.Write([]byte("durable"))))
	direct := c.open("direct", os.O_RDWR|os.O_CREATE|unix.O_DIRECT)
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	c.say("a page", err)
	copy(page, "aligned")
	c.say("O_DIRECT", second(direct.Write(page)), direct.Close())
	c.show("direct")
	large := c.open("large", os.O_RDWR|os.O_CREATE)
	c.say("at 3 GiB", second(large.WriteAt([]byte("far"), 3<<30)))
	info, err := large.Stat()
	c.say("its size", info.Size(), err, large.Close(), os.Remove(c.path("large")))
	big := c.open("big", os.O_RDWR|os.O_CREATE)
	c.say("3 MiB at once", second(big.Write(slices.Repeat([]byte("0123456789abcdef"), 3<<16))))
	_, err = big.Seek(0, io.SeekStart)
	copied := c.open("copied", os.O_RDWR|os.O_CREATE)
	c.say("copied", second(io.Copy(copied, big)), err)
	c.show("copied")
}

func (c *caller) maps() {
	f := c.open("mapped", os.O_RDWR|os.O_CREATE)
	c.say("truncate", f.Truncate(3*4096))
	m, err := unix.Mmap(int(f.Fd()), 0, 3*4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	c.say("mmap", err)
	copy(m[4090:], "across pages")
	c.say("msync", unix.Msync(m, unix.MS_SYNC))
	b := make([]byte, 12)
	c.say("pread", second(f.ReadAt(b, 4090)))
	c.say("it sees", string(b))
	c.say("pwrite", second(f.WriteAt([]byte("below"), 100)))
	c.say("the map sees it", string(m[100:105]))
	copy(m[8192:], "no sync")
	c.say("munmap", unix.Munmap(m), f.Close())
	m2 := c.open("mapped", os.O_RDONLY)
	again, err := unix.Mmap(int(m2.Fd()), 0, 3*4096, unix.PROT_READ, unix.MAP_PRIVATE)
	c.say("mapped again", err, string(again[4090:4102]), string(again[8192:8199]))
	c.say("munmap", unix.Munmap(again), m2.Close())
}

func (c *caller) space() {
	f := c.open("space", os.O_RDWR|os.O_CREATE)
	fd := int(f.Fd())
	c.say("fallocate", unix.Fallocate(fd, 0, 0, 10_000))
	c.show("space")
	c.say("keep size", unix.Fallocate(fd, unix.FALLOC_FL_KEEP_SIZE, 0, 50_000))
	c.say("fill", second(f.WriteAt([]byte(strings.Repeat("z", 10_000)), 0)))
	c.say("punch", unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 10, 9980))
	c.show("space")
	c.say("zero range", unix.Fallocate(fd, unix.FALLOC_FL_ZERO_RANGE, 9_990, 100))
	c.show("space")
	var s unix.Statfs_t
	err := unix.Statfs(c.dir, &s)
	c.say("statfs", err, s.Bavail > 0, s.Bsize)
}

func (c *caller) copies() {
	from, to := c.open("from", os.O_RDWR|os.O_CREATE), c.open("to", os.O_RDWR|os.O_CREATE)
	c.say("write", second(from.Write([]byte("hello, disk"))))
	a, b := int(from.Fd()), int(to.Fd())
	at, end, past := int64(2), int64(3), int64(100)
	c.say("copy_file_range", second(unix.CopyFileRange(a, &at, b, &end, 5, 0)))
	c.show("to")
	c.say("past the end", second(unix.CopyFileRange(a, &past, b, nil, 5, 0)))
	var pipe [2]int
	c.say("pipe", unix.Pipe(pipe[:]))
	at, end = 0, 20
	c.say("splice out", second(unix.Splice(a, &at, pipe[1], nil, 8, 0)))
	c.say("splice in", second(unix.Splice(pipe[0], nil, b, &end, 8, 0)))
	c.show("to")
	c.say("close", unix.Close(pipe[0]), unix.Close(pipe[1]))
	c.say("sync", unix.Syncfs(b), unix.SyncFileRange(b, 0, 0, unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER))
	c.say("close", from.Close(), to.Close(), os.Remove(c.path("from")), os.Remove(c.path("to")))
}

func (c *caller) flags() {
	f := c.open("flags", os.O_RDWR|os.O_CREATE)
	fd := int(f.Fd())
	write := func(text string, off int64, flags int) error {
		_, err := unix.Pwritev2(fd, [][]byte{[]byte(text)}, off, flags)
		return err
	}
	c.say("RWF_DSYNC", write("one", 0, unix.RWF_DSYNC))
	c.say("RWF_SYNC", write("two", 3, unix.RWF_SYNC))
	c.say("RWF_APPEND", write("end", 0, unix.RWF_APPEND))
	c.show("flags")
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	c.say("OFD lock", unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &lock))
	other := c.open("flags", os.O_RDWR)
	c.say("OFD lock of another", unix.FcntlFlock(other.Fd(), unix.F_OFD_SETLK, &lock), other.Close())
	var s unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, c.path("flags"), unix.AT_STATX_FORCE_SYNC, unix.STATX_BASIC_STATS, &s)
	c.say("statx", err, s.Size, s.Nlink, s.Mode)
	c.say("fchmod", f.Chmod(0o604))
	c.say("utimes", os.Chtimes(c.path("flags"), time.Unix(1000, 5), time.Unix(2000, 7)))
	info, err := f.Stat()
	c.say("its times", err, info.Mode(), info.ModTime().UnixNano())
	c.say("remove", f.Close(), os.Remove(c.path("flags")))
}

func (c *caller) exchanges() {
	exchange := func(a, b string, more uint) error {
		return unix.Renameat2(unix.AT_FDCWD, c.path(a), unix.AT_FDCWD, c.path(b), unix.RENAME_EXCHANGE|more)
	}
	c.say("files", os.WriteFile(c.path("x"), []byte("one"), 0o600), os.Mkdir(c.path("xd"), 0o700), os.WriteFile(c.path("xd/y"), []byte("other"), 0o640))
	held := c.open("x", os.O_RDWR)
	c.say("exchange", exchange("x", "xd/y", 0))
	c.show("x")
	c.show("xd/y")
	c.say("through the handle", second(held.WriteAt([]byte("ONE"), 0)), held.Sync(), held.Close())
	c.show("xd/y")
	info, err := os.Stat(c.path("x"))
	c.say("its mode", info.Mode(), err)
	c.say("with what is not there", exchange("x", "xz", 0), exchange("xz", "x", 0))
	c.say("with flags", exchange("x", "xd/y", unix.RENAME_NOREPLACE), exchange("x", "xd/y", unix.RENAME_WHITEOUT))
	c.say("with itself", exchange("x", "x", 0), os.Link(c.path("x"), c.path("xl")), exchange("x", "xl", 0), os.Remove(c.path("xl")))
	c.say("into itself", exchange("xd", "xd/y", 0), exchange("xd/y", "xd", 0), exchange("xd/.", "x", 0))
	c.say("a file with a directory", exchange("x", "xd", 0))
	c.show("x/y")
	c.show("xd")
	c.say("remove", os.Remove(c.path("xd")), os.RemoveAll(c.path("x")))
}

func (c *caller) names() {
	c.say("mkdir", os.Mkdir(c.path("d"), 0o750), os.Mkdir(c.path("e"), 0o700), os.Mkdir(c.path("d"), 0o700))
	c.say("file", os.WriteFile(c.path("d/f"), []byte("f"), 0o600))
	c.say("rename", os.Rename(c.path("d/f"), c.path("e/g")))
	c.show("e/g")
	c.say("over a file", os.WriteFile(c.path("h"), []byte("h"), 0o600), unix.Rename(c.path("e/g"), c.path("h")))
	c.show("h")
	at := unix.AT_FDCWD
	c.say("no replace", unix.Renameat2(at, c.path("h"), at, c.path("a"), unix.RENAME_NOREPLACE))
	c.say("no replace", unix.Renameat2(at, c.path("h"), at, c.path("i"), unix.RENAME_NOREPLACE))
	c.say("over an empty directory", unix.Rename(c.path("d"), c.path("e")))
	c.say("fill it", os.WriteFile(c.path("e/x"), nil, 0o600), os.Mkdir(c.path("d"), 0o700))
	c.say("over a full one", unix.Rename(c.path("d"), c.path("e")))
	c.say("into itself", os.Mkdir(c.path("e/sub"), 0o700), unix.Rename(c.path("e"), c.path("e/sub/e")))
	c.say("file over directory", unix.Rename(c.path("a"), c.path("d")))
	c.say("directory over file", unix.Rename(c.path("d"), c.path("a")))
	c.say("link", os.Link(c.path("i"), c.path("j")), os.Link(c.path("i"), c.path("j")))
	c.say("its names", second(links(c.path("i"))))
	c.say("one less", os.Remove(c.path("i")))
	c.say("its names", second(links(c.path("j"))))
	c.say("symlink", os.Symlink("e/x", c.path("s")), second(os.Readlink(c.path("s"))))
	c.show("s")
	c.say("rmdir", os.Remove(c.path("e")), os.Remove(c.path("d")))
	for i := range 300 {
		if err := os.WriteFile(c.path(fmt.Sprintf("e/%03d", i)), nil, 0o600); err != nil {
			c.say("many", err)
		}
	}
	entries, err := os.ReadDir(c.path("e"))
	c.say("many", len(entries), entries[0].Name(), entries[len(entries)-1].Name(), err, os.RemoveAll(c.path("e")))
	d, err := os.Open(c.dir)
	c.say("sync of the directory", err, d.Sync(), d.Close())
	c.say("missing", second(os.Stat(c.path("nothing"))))
	c.say("long", os.WriteFile(c.path(strings.Repeat("n", 300)), nil, 0o600))
}

func (c *caller) unlinked() {
	f := c.open("open", os.O_RDWR|os.O_CREATE)
	c.say("remove", second(f.WriteString("still here")), os.Remove(c.path("open")))
	b := make([]byte, 10)
	c.say("read", second(f.ReadAt(b, 0)))
	c.say("bytes", string(b), second(f.WriteAt([]byte("S"), 0)), f.Sync())
	c.say("stat", second(links(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))))
	c.say("a new one", os.WriteFile(c.path("open"), []byte("other"), 0o600), f.Close())
	c.show("open")
	g := c.open("moved", os.O_RDWR|os.O_CREATE)
	c.say("rename while open", os.Rename(c.path("moved"), c.path("moved2")), second(g.WriteString("to the file")), g.Close())
	c.show("moved2")
}

func (c *caller) nameless() {
	open := func(dir string, more int) int {
		fd, err := unix.Open(c.path(dir), unix.O_TMPFILE|unix.O_RDWR|more, 0o640)
		c.say("O_TMPFILE", err)
		return fd
	}
	link := func(fd int, as string) error {
		return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, c.path(as), unix.AT_SYMLINK_FOLLOW)
	}
	c.say("mkdir", os.Mkdir(c.path("n"), 0o700))
	fd := open("n", 0)
	c.say("write", second(unix.Write(fd, []byte("nameless"))), unix.Fsync(fd))
	var s unix.Stat_t
	c.say("stat", unix.Fstat(fd, &s), s.Nlink, s.Size, s.Mode)
	entries, err := os.ReadDir(c.path("n"))
	c.say("list", len(entries), err)
	c.say("link", link(fd, "n/named"), link(fd, "n/named"), link(fd, "twice"))
	c.say("stat", unix.Fstat(fd, &s), s.Nlink)
	c.say("through the handle", second(unix.Pwrite(fd, []byte("NAME"), 0)), unix.Close(fd))
	c.show("n/named")
	c.say("remove", os.Remove(c.path("n/named")))
	c.show("twice")
	alone := open("n", unix.O_EXCL)
	c.say("O_EXCL", link(alone, "n/never"), unix.Close(alone))
	dropped := open("n", 0)
	c.say("remove", second(unix.Write(dropped, []byte("x"))), unix.Close(dropped), os.Remove(c.path("n")), os.Remove(c.path("twice")))
}

func (c *caller) xattrs() {
	c.say("file", os.WriteFile(c.path("x"), []byte("x"), 0o600), os.Mkdir(c.path("xd"), 0o700), os.Symlink("x", c.path("xs")))
	show := func(name string) {
		list, value := make([]byte, 100), make([]byte, 100)
		n, err := unix.Llistxattr(c.path(name), list)
		c.say("list "+name, strconv.Quote(string(list[:max(n, 0)])), err)
		n, err = unix.Lgetxattr(c.path(name), "user.one", value)
		c.say("get", strconv.Quote(string(value[:max(n, 0)])), err)
	}
	show("x")
	for _, name := range []string{"x", "xd"} {
		at := c.path(name)
		c.say("create", unix.Setxattr(at, "user.one", []byte("a\x00\xffb"), unix.XATTR_CREATE), unix.Setxattr(at, "user.one", nil, unix.XATTR_CREATE))
		show(name)
		c.say("replace", unix.Setxattr(at, "user.one", nil, unix.XATTR_REPLACE), unix.Setxattr(at, "user.two", nil, unix.XATTR_REPLACE))
		show(name)
		c.say("only its length", second(unix.Getxattr(at, "user.one", nil)), second(unix.Listxattr(at, nil)))
		c.say("set", unix.Setxattr(at, "user.one", []byte("12345"), 0))
		c.say("no room", second(unix.Getxattr(at, "user.one", make([]byte, 3))), second(unix.Listxattr(at, make([]byte, 3))))
		show(name)
	}
	c.say("of a link", unix.Lsetxattr(c.path("xs"), "user.one", nil, 0))
	f := c.open("x", os.O_RDWR)
	c.say("by descriptor", unix.Fsetxattr(int(f.Fd()), "user.two", []byte("2"), 0), second(unix.Fgetxattr(int(f.Fd()), "user.two", nil)), f.Close())
	c.say("rename", os.Rename(c.path("x"), c.path("y")), os.WriteFile(c.path("x"), nil, 0o600))
	show("y")
	show("x")
	c.say("remove", unix.Removexattr(c.path("y"), "user.one"), unix.Removexattr(c.path("y"), "user.one"), unix.Removexattr(c.path("y"), "user.two"))
	show("y")
	c.say("remove", os.Remove(c.path("x")), os.Remove(c.path("y")), os.Remove(c.path("xs")), os.Remove(c.path("xd")))
}

func (c *caller) locks() {
	a, b := c.open("lock", os.O_RDWR|os.O_CREATE), c.open("lock", os.O_RDWR)
	c.say("flock", unix.Flock(int(a.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.Flock(int(b.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	c.say("unlock", unix.Flock(int(a.Fd()), unix.LOCK_UN), unix.Flock(int(b.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 10}
	c.say("fcntl", unix.FcntlFlock(a.Fd(), unix.F_SETLK, &lock))
	child := exec.Command("/proc/self/exe", lockWord, c.path("lock"))
	text, err := child.CombinedOutput()
	c.say("by another process", string(text), err)
}

// lockAsChild tries to take a lock that the parent holds.
func lockAsChild(name string) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 10}
	if err == nil {
		err = unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock)
	}
	fmt.Print(err)
}

func (c *caller) attributes() {
	at := time.Unix(1_000_000, 0)
	c.say("new", os.WriteFile(c.path("mode"), nil, 0o604))
	info, err := os.Stat(c.path("mode"))
	c.say("mode", info.Mode(), err)
	c.say("chmod", os.Chmod(c.path("mode"), 0o700), os.Chtimes(c.path("mode"), at, at))
	info, err = os.Stat(c.path("mode"))
	c.say("mode", info.Mode(), info.ModTime().Unix(), err)
	c.say("write", os.WriteFile(c.path("mode"), []byte("x"), 0o600))
	info, err = os.Stat(c.path("mode"))
	c.say("later", info.ModTime().After(at), info.Mode(), err)
	other, err := os.Stat(c.path("a"))
	c.say("same file", os.SameFile(info, other), err)
}

// processes has several processes append to one file concurrently.
func (c *caller) processes() {
	var all []*exec.Cmd
	for range 3 {
		child := exec.Command("/proc/self/exe", appendWord, c.path("shared"))
		c.say("start", child.Start())
		all = append(all, child)
	}
	for _, child := range all {
		c.say("end", child.Wait())
	}
	b, err := os.ReadFile(c.path("shared"))
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	slices.Sort(lines)
	c.say("lines", len(lines), len(slices.Compact(lines)), err)
}

// appendAsChild appends a hundred lines.
func appendAsChild(name string) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	for i := 0; i < 100 && err == nil; i++ {
		_, err = fmt.Fprintf(f, "process %d line %d\n", os.Getpid(), i)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// links returns the number of hard links of a file.
func links(path string) (uint64, error) {
	var s unix.Stat_t
	err := unix.Stat(path, &s)
	return s.Nlink, err
}

func second[T any](v T, err error) any {
	if err != nil {
		return err
	}
	return v
}
