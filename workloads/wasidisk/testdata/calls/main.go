// Calls makes the calls of package os that a store makes, and prints what each did. It does not print modes, times and
// error texts, because wasip1 has others.
//
//	calls all DIR       every call, in an empty directory
//	calls store DIR     one careful write of a store
//	calls failing DIR   the same, continuing after errors
//	calls look DIR      open a file and list the directory
//	calls recover DIR   read everything and repair it, using every source of randomness; closes nothing
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

var dir = os.Args[2]

func in(name string) string { return filepath.Join(dir, name) }

func main() {
	switch os.Args[1] {
	case "all":
		all()
	case "store", "failing":
		store()
	case "look":
		look()
	case "recover":
		recovery()
	}
}

func all() {
	files()
	appending()
	truncating()
	directories()
	names()
	links()
	wholeFiles()
	unlinked()
	relative()
	rooted()
	beside()
}

var known = []struct {
	name string
	err  error
}{
	{"EOF", io.EOF}, {"closed", fs.ErrClosed}, {"EEXIST", syscall.EEXIST}, {"ENOENT", syscall.ENOENT},
	{"ENOTDIR", syscall.ENOTDIR}, {"EISDIR", syscall.EISDIR}, {"ENOTEMPTY", syscall.ENOTEMPTY}, {"EINVAL", syscall.EINVAL},
	{"EBADF", syscall.EBADF}, {"ELOOP", syscall.ELOOP}, {"EFBIG", syscall.EFBIG}, {"EIO", syscall.EIO},
	{"ENOSPC", syscall.ENOSPC}, {"EXDEV", syscall.EXDEV}, {"EBUSY", syscall.EBUSY}, {"ENOSYS", syscall.ENOSYS},
	{"EROFS", syscall.EROFS}, {"EPERM", syscall.EPERM}, {"ENAMETOOLONG", syscall.ENAMETOOLONG},
}

func say(what string, err error, more ...any) {
	result := "ok"
	if err != nil {
		result = "unknown error " + err.Error()
		for _, k := range known {
			if errors.Is(err, k.err) {
				result = k.name
				break
			}
		}
	}
	fmt.Println(append([]any{what + ":", result}, more...)...)
}

func files() {
	f, err := os.OpenFile(in("a"), os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o644)
	say("create exclusively", err)
	n, err := f.WriteString("hello world")
	say("write", err, n)
	n, err = f.WriteAt([]byte("J"), 0)
	say("write at", err, n)
	b := make([]byte, 5)
	n, err = f.ReadAt(b, 6)
	say("read at", err, n, string(b))
	n, err = f.ReadAt(b, 9)
	say("read at, past the end", err, n)
	at, err := f.Seek(-3, io.SeekEnd)
	say("seek from the end", err, at)
	n, err = f.Read(b)
	say("read", err, n, string(b[:n]))
	n, err = f.Read(b)
	say("read at the end", err, n)
	_, err = f.Seek(-1, io.SeekStart)
	say("seek before the beginning", err)
	say("sync", f.Sync())
	say("close", f.Close())
	say("close twice", f.Close())
	_, err = f.Write(b)
	say("write to a closed file", err)
	_, err = os.OpenFile(in("a"), os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o644)
	say("create exclusively again", err)
	_, err = os.Open(in("none"))
	say("open what is not there", err)
	_, err = os.Open(in("a/b"))
	say("open below a file", err)
	g, err := os.OpenFile(in("a"), os.O_WRONLY, 0)
	say("open for writing", err)
	_, err = g.Read(b)
	say("read what is open for writing", err)
	say("close", g.Close())
	h, err := os.Open(in("a"))
	say("open", err)
	_, err = h.Write(b)
	say("write what is open for reading", err)
	say("truncate what is open for reading", h.Truncate(1))
	say("close", h.Close())
}

func appending() {
	f, err := os.OpenFile(in("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	say("open to append", err)
	_, _ = f.WriteString("one ")
	_, err = f.Seek(0, io.SeekStart)
	say("seek", err)
	_, err = f.WriteString("two ")
	say("append after a seek", err)
	g, err := os.OpenFile(in("log"), os.O_WRONLY|os.O_APPEND, 0)
	say("open a second time", err)
	_, err = g.WriteString("three")
	say("append by another handle", err)
	_, err = f.WriteString(" four")
	say("append to what grew", err)
	say("close", errors.Join(f.Close(), g.Close()))
	b, err := os.ReadFile(in("log"))
	say("read file", err, string(b))
	s, err := os.OpenFile(in("synced"), os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o644)
	say("open with O_SYNC", err)
	_, err = s.WriteString("durable")
	say("write with O_SYNC", err)
	say("close", s.Close())
}

func truncating() {
	say("write file", os.WriteFile(in("t"), []byte("0123456789"), 0o644))
	say("truncate to less", os.Truncate(in("t"), 4))
	say("truncate to more", os.Truncate(in("t"), 6))
	b, err := os.ReadFile(in("t"))
	say("read file", err, b)
	say("truncate to a negative size", os.Truncate(in("t"), -1))
	say("truncate what is not there", os.Truncate(in("none"), 0))
	f, err := os.OpenFile(in("t"), os.O_RDWR|os.O_TRUNC, 0)
	say("open and truncate", err)
	n, err := f.WriteAt([]byte("x"), 5000)
	say("write past the end", err, n)
	info, err := f.Stat()
	say("stat", err, info.Size(), info.Name(), info.IsDir())
	say("close", f.Close())
}

func directories() {
	say("mkdir", os.Mkdir(in("d"), 0o755))
	say("mkdir again", os.Mkdir(in("d"), 0o755))
	say("mkdir below what is not there", os.Mkdir(in("none/x"), 0o755))
	say("mkdir all", os.MkdirAll(in("d/x/y"), 0o755))
	say("mkdir all again", os.MkdirAll(in("d/x/y"), 0o755))
	say("mkdir all of the directory", os.MkdirAll(dir, 0o755))
	d, err := os.Open(in("d"))
	say("open a directory", err)
	say("sync a directory", d.Sync())
	_, err = d.Read(make([]byte, 1))
	say("read a directory", err)
	say("close a directory", d.Close())
	top, err := os.Open(dir)
	say("open the top", err)
	say("sync the top", errors.Join(top.Sync(), top.Close()))
	_, err = os.OpenFile(in("d"), os.O_RDWR, 0)
	say("open a directory for writing", err)
	_, err = os.OpenFile(in("log"), os.O_RDONLY|syscall.O_DIRECTORY, 0)
	say("open a file as a directory", err)
	for i := range 300 {
		if err := os.WriteFile(in(fmt.Sprintf("d/many-%03d-%060d", i, i)), nil, 0o644); err != nil {
			say("write many", err)
		}
	}
	entries, err := os.ReadDir(in("d"))
	say("read many names", err, len(entries), entries[0], entries[len(entries)-1])
	d, _ = os.Open(in("d"))
	some, err := d.Readdirnames(100)
	say("read some names", err, len(some))
	rest, err := d.Readdirnames(-1)
	all := append(some, rest...)
	slices.Sort(all)
	say("read the other names", err, len(slices.Compact(all)))
	_, err = d.Seek(0, io.SeekStart)
	say("rewind", err)
	infos, err := d.Readdir(-1)
	say("read names and sizes", err, len(infos))
	say("close", d.Close())
	say("remove what is not empty", os.Remove(in("d")))
	say("remove all", os.RemoveAll(in("d")))
	_, err = os.Stat(in("d"))
	say("stat what was removed", err)
}

func names() {
	say("mkdir", errors.Join(os.Mkdir(in("p"), 0o755), os.Mkdir(in("q"), 0o755)))
	say("rename into a directory", os.Rename(in("t"), in("p/t")))
	say("rename over a file", os.Rename(in("a"), in("p/t")))
	b, err := os.ReadFile(in("p/t"))
	say("read what replaced it", err, string(b))
	say("rename what is not there", os.Rename(in("a"), in("b")))
	say("rename a file over a directory", os.Rename(in("p/t"), in("q")))
	say("rename a directory over a file", os.Rename(in("q"), in("p/t")))
	say("rename a directory", os.Rename(in("p"), in("r")))
	say("rename a directory over an empty one", os.Rename(in("r"), in("q")))
	say("rename a directory into itself", os.Rename(in("q"), in("q/z")))
	_, err = os.Stat(in("q/t"))
	say("stat by the new name", err)
	say("remove", os.Remove(in("q/t")))
	say("remove again", os.Remove(in("q/t")))
	say("remove a directory", os.Remove(in("q")))
	_, err = os.Create(in(string(make([]byte, 300, 300))))
	say("a name with zeros", err)
	long := make([]byte, 300)
	for i := range long {
		long[i] = 'x'
	}
	_, err = os.Create(in(string(long)))
	say("a name that is too long", err)
}

func links() {
	say("symlink", os.Symlink("log", in("rel")))
	target, err := os.Readlink(in("rel"))
	say("readlink", err, target)
	b, err := os.ReadFile(in("rel"))
	say("read through a link", err, string(b))
	say("symlink to an absolute path", os.Symlink(in("log"), in("abs")))
	target, err = os.Readlink(in("abs"))
	say("readlink of it", err, target == in("log"))
	b, err = os.ReadFile(in("abs"))
	say("read through it", err, len(b))
	info, err := os.Lstat(in("rel"))
	say("lstat", err, info.Mode().Type())
	info, err = os.Stat(in("rel"))
	say("stat", err, info.Mode().Type(), info.Size())
	say("symlink over a file", os.Symlink("x", in("log")))
	say("symlink in circles", errors.Join(os.Symlink("c2", in("c1")), os.Symlink("c1", in("c2"))))
	_, err = os.Open(in("c1"))
	say("open in circles", err)
	say("symlink to nothing", os.Symlink("nothing", in("dangling")))
	_, err = os.Open(in("dangling"))
	say("open nothing", err)
	say("write through a link to nothing", os.WriteFile(in("dangling"), []byte("now"), 0o644))
	b, err = os.ReadFile(in("nothing"))
	say("read what it made", err, string(b))
	say("link", os.Link(in("log"), in("hard")))
	say("link over a file", os.Link(in("synced"), in("hard")))
	one, _ := os.Stat(in("log"))
	two, _ := os.Stat(in("hard"))
	other, _ := os.Stat(in("synced"))
	fmt.Println("same file:", os.SameFile(one, two), os.SameFile(one, other))
	say("write by the other name", os.WriteFile(in("hard"), []byte("shared"), 0o644))
	b, err = os.ReadFile(in("log"))
	say("read by the first", err, string(b))
	say("remove links", errors.Join(os.Remove(in("rel")), os.Remove(in("abs")), os.Remove(in("hard"))))
	var seen []string
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		seen = append(seen, name+" "+e.Type().String())
		return err
	})
	say("walk", err, seen)
}

// wholeFiles replaces a file the way careful programs do.
func wholeFiles() {
	f, err := os.CreateTemp(dir, "new*")
	say("create a temporary file", err)
	_, err = f.WriteString("replaced")
	say("fill it", errors.Join(err, f.Sync(), f.Close()))
	say("put it in place", os.Rename(f.Name(), in("synced")))
	b, err := os.ReadFile(in("synced"))
	say("read it", err, string(b))
	temp, err := os.MkdirTemp(dir, "dir*")
	say("make a temporary directory", err)
	say("copy a directory", os.CopyFS(in("copy"), os.DirFS(temp)))
	say("remove both", errors.Join(os.RemoveAll(temp), os.RemoveAll(in("copy"))))
	say("a temporary file elsewhere", elsewhere())
}

func elsewhere() error {
	f, err := os.CreateTemp("", "x")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func unlinked() {
	f, err := os.Create(in("gone"))
	say("create", err)
	say("remove while open", os.Remove(in("gone")))
	_, err = f.WriteString("still here")
	say("write", err)
	b := make([]byte, 5)
	n, err := f.ReadAt(b, 0)
	say("read", err, n, string(b))
	say("sync and close", errors.Join(f.Sync(), f.Close()))
	f, err = os.OpenFile(in("moving"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	say("create", err)
	say("rename while open", os.Rename(in("moving"), in("moved")))
	_, err = f.WriteString("moved")
	say("write", errors.Join(err, f.Close()))
	b, err = os.ReadFile(in("moved"))
	say("read", err, string(b))
}

func relative() {
	say("chdir", os.Chdir(dir))
	_, err := os.Stat("moved")
	say("stat by a relative path", err)
	_, err = os.Stat("./../" + filepath.Base(dir) + "/moved")
	say("stat by a path with dots", err)
	_, err = os.Stat("moved/")
	say("stat with a slash at the end", err)
	where, err := os.Getwd()
	say("getwd", err, where == dir)
}

func rooted() {
	r, err := os.OpenRoot(dir)
	say("open root", err)
	_, err = r.Stat("moved")
	say("stat in a root", err)
	f, err := r.Create("inside")
	say("create in a root", err)
	say("close", f.Close())
	_, err = r.Open("../outside")
	fmt.Println("leave a root:", err != nil)
	say("close root", r.Close())
}

// beside writes next to the directory, to a name that has the directory's name as a prefix.
func beside() {
	_, err := os.Stat(dir + "2/log")
	say("stat beside", err)
	_ = os.WriteFile(dir+"2", nil, 0o644) // only the host allows it
	_ = os.Remove(dir + "2")
	_ = os.WriteFile(dir+"/../"+filepath.Base(dir)+"3", nil, 0o644)
	_ = os.Remove(dir + "3")
	entries, err := os.ReadDir(dir)
	say("nothing came in", err, entries)
}

func store() {
	f, err := os.OpenFile(in("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	say("create", err)
	n, err := f.WriteString("0123456789")
	say("write", err, n)
	say("sync", f.Sync())
	say("close", f.Close())
	d, err := os.Open(dir)
	say("open the directory", err)
	say("sync the directory", d.Sync())
	say("close the directory", d.Close())
	say("write a file", os.WriteFile(in("new"), []byte("content"), 0o644))
	say("rename", os.Rename(in("new"), in("current")))
	say("rename to elsewhere", os.Rename(in("current"), "/elsewhere"))
	say("write elsewhere", os.WriteFile("/elsewhere", nil, 0o644))
}

func look() {
	f, err := os.Open(in("log"))
	say("open", err)
	say("close", f.Close())
	entries, err := os.ReadDir(dir)
	say("list", err, len(entries))
}

// memory allocates more memory than there is at first, and checks that it is zero.
func memory() {
	const page = 4096
	big, used := make([]byte, 1536*page), 0
	for i := 0; i < len(big); i += page {
		used += int(big[i])
		big[i] = 1
	}
	fmt.Println("used before:", used)
}

func recovery() {
	fmt.Println("begun at", time.Now().UnixNano())
	entries, err := os.ReadDir(dir)
	say("list", err, entries)
	memory()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, e := range entries {
		wg.Go(func() {
			b, err := os.ReadFile(in(e.Name()))
			mu.Lock()
			defer mu.Unlock()
			say("read", err, e.Name(), b, rand.Int())
			f, err := os.OpenFile(in(e.Name()), os.O_WRONLY|os.O_APPEND, 0)
			say("repair", err)
			_, err = f.WriteString("repaired")
			say("repair", err)
		})
	}
	wg.Wait()
	_, err = os.Create(in(fmt.Sprint("new", rand.Int())))
	say("create", err)
	fmt.Fprintln(os.Stderr, "ended at", time.Now().UnixNano())
	os.Exit(len(entries))
}
