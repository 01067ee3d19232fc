package faultfs

import (
	"strings"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// maxNameBytes is the length of the longest name in a directory, NAME_MAX of the common filesystems. maxPathBytes is
// the length of the longest path and of the longest target of a symbolic link, PATH_MAX without its terminator.
// maxLinks is how many symbolic links a path may go through.
const (
	maxNameBytes = 255
	maxPathBytes = 4095
	maxLinks     = 40
)

// following says when to follow a symbolic link that is the last element of a path. Those before it are always
// followed.
type following uint8

const (
	always       following = iota // the target
	withSlash                     // the link itself, unless the path ends in a slash (lstat)
	withoutSlash                  // the target, unless the path ends in a slash: no file can be created there (open with O_CREATE)
	never                         // the link itself: its name is created, removed or replaced
)

// follows reports whether to follow the last element.
func (f following) follows(slash bool) bool {
	return f == always || f == withSlash && slash || f == withoutSlash && !slash
}

// place is where a path leads: a name in a directory, whether or not that name exists. If a link was followed, it is
// the place of the link's target.
type place struct {
	dir   *node
	base  string // empty if the path is the directory itself
	slash bool   // the path ends in a slash, so only a directory will do
}

// walk returns the place of a path.
func (fs *FS) walk(name string, last following) (place, syscall.Errno) {
	var w walker
	w.above = w.buf[:0]
	return w.walk(fs, name, last)
}

// walker resolves a path.
type walker struct {
	above []*node // the directories from the root to the current one
	buf   [8]*node
	links int
}

func (w *walker) walk(fs *FS, name string, last following) (place, syscall.Errno) {
	switch {
	case hasNUL(name):
		return place{}, syscall.EINVAL
	case name == "":
		return place{}, syscall.ENOENT
	case len(name) > maxPathBytes:
		return place{}, syscall.ENAMETOOLONG
	}
	w.above = append(w.above, fs.node(disk.Entry{Ino: trace.Root, Dir: true}))
	rest, slash := trimSlashes(name)
	for more := true; more; {
		var head string
		head, rest, more = strings.Cut(rest, "/")
		dir := w.above[len(w.above)-1]
		switch {
		case head == "" || head == ".":
			continue
		case head == "..":
			w.above = w.above[:max(1, len(w.above)-1)]
			continue
		case !more && !last.follows(slash):
			return place{dir, head, slash}, 0
		case len(head) > maxNameBytes:
			return place{}, syscall.ENAMETOOLONG
		}
		e, ok := fs.lookup(dir, head)
		switch {
		case ok && e.Target != "":
			if w.links++; w.links > maxLinks {
				return place{}, syscall.ELOOP
			}
			if e.Target[0] == '/' {
				w.above = w.above[:1]
			}
			if more {
				rest = e.Target + "/" + rest
				continue
			}
			var ends bool
			rest, ends = trimSlashes(e.Target)
			slash, more = slash || ends, true
		case !more:
			return place{dir, head, slash}, 0
		case !ok:
			return place{}, syscall.ENOENT
		case !e.Dir:
			return place{}, syscall.ENOTDIR
		default:
			w.above = append(w.above, fs.node(e))
		}
	}
	return place{dir: w.above[len(w.above)-1], slash: slash}, 0
}

// hasNUL reports whether a path has a zero byte. For the system, the path would end there.
func hasNUL(name string) bool { return strings.IndexByte(name, 0) >= 0 }

// trimSlashes returns a path without trailing slashes, and whether there were any.
func trimSlashes(name string) (string, bool) {
	trimmed := strings.TrimRight(name, "/")
	return trimmed, len(trimmed) < len(name)
}

// lastElement returns the last element of a path as spelled, or "" for the root.
func lastElement(name string) string {
	name, _ = trimSlashes(name)
	return name[strings.LastIndexByte(name, '/')+1:]
}

// find returns the node of a path.
func (fs *FS) find(name string, last following) (*node, syscall.Errno) {
	e, errno := fs.findEntry(name, last)
	if errno != 0 {
		return nil, errno
	}
	return fs.node(e), 0
}

func (fs *FS) findEntry(name string, last following) (disk.Entry, syscall.Errno) {
	p, errno := fs.walk(name, last)
	if errno != 0 {
		return disk.Entry{}, errno
	}
	e, errno := fs.at(p)
	if errno == 0 && p.slash && !e.Dir {
		return disk.Entry{}, syscall.ENOTDIR
	}
	return e, errno
}

// at returns the entry to which a walk has led. Whether it must be a directory is up to the caller.
func (fs *FS) at(p place) (disk.Entry, syscall.Errno) {
	switch {
	case p.base == "":
		return disk.Entry{Ino: p.dir.ino, Dir: true}, 0
	case len(p.base) > maxNameBytes:
		return disk.Entry{}, syscall.ENAMETOOLONG
	}
	e, ok := fs.lookup(p.dir, p.base)
	if !ok {
		return disk.Entry{}, syscall.ENOENT
	}
	return e, 0
}

// vacant returns the place for a new file or directory, which must not exist yet. Only the name of a directory may end
// in a slash.
func (fs *FS) vacant(name string, dir bool) (place, syscall.Errno) {
	p, errno := fs.walk(name, never)
	if errno != 0 {
		return place{}, errno
	}
	switch _, errno := fs.at(p); {
	case errno == 0:
		return place{}, syscall.EEXIST
	case errno != syscall.ENOENT:
		return place{}, errno
	case p.slash && !dir:
		return place{}, syscall.ENOENT
	}
	return p, 0
}
