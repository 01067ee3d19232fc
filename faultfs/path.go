package faultfs

import (
	"strings"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// maxNameBytes is the length of the longest name in a directory, NAME_MAX of the common filesystems. maxTargetBytes is the
// length of the longest target of a symbolic link, PATH_MAX without its terminator. maxLinks is how many symbolic links a
// path may lead through.
const (
	maxNameBytes   = 255
	maxTargetBytes = 4095
	maxLinks       = 40
)

// following says whether to follow a symbolic link that is the last element of a path. Those before it are followed.
type following bool

const (
	followAll  following = true
	followPath following = false
)

// walk returns the directory of a path and the last element of the path, which is empty if the path is that directory
// itself. If a link was followed, both are those of its target, which need not exist.
func (fs *FS) walk(name string, last following) (parent *node, base string, errno syscall.Errno) {
	var w walker
	w.above = w.buf[:0]
	return w.walk(fs, name, last)
}

// walker resolves a path.
type walker struct {
	above []*node // the directories from the root to the current one, which is the last
	buf   [8]*node
	links int
}

func (w *walker) walk(fs *FS, name string, last following) (parent *node, base string, errno syscall.Errno) {
	if strings.IndexByte(name, 0) >= 0 {
		return nil, "", syscall.EINVAL
	}
	w.above = append(w.above, fs.node(disk.Entry{Ino: trace.Root, Dir: true}))
	rest, more := strings.TrimRight(name, "/"), true
	for more {
		var head string
		head, rest, more = strings.Cut(rest, "/")
		dir := w.above[len(w.above)-1]
		switch {
		case head == "" || head == ".":
			continue
		case head == "..":
			w.above = w.above[:max(1, len(w.above)-1)]
			continue
		case len(head) > maxNameBytes:
			return nil, "", syscall.ENAMETOOLONG
		case !more && last == followPath:
			return dir, head, 0
		}
		e, ok := fs.lookup(dir, head)
		switch {
		case ok && e.Target != "":
			if w.links++; w.links > maxLinks {
				return nil, "", syscall.ELOOP
			}
			if e.Target[0] == '/' {
				w.above = w.above[:1]
			}
			if more {
				rest = e.Target + "/" + rest
			} else {
				rest, more = e.Target, true
			}
		case !more:
			return dir, head, 0
		case !ok:
			return nil, "", syscall.ENOENT
		case !e.Dir:
			return nil, "", syscall.ENOTDIR
		default:
			w.above = append(w.above, fs.node(e))
		}
	}
	return w.above[len(w.above)-1], "", 0
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
	parent, base, errno := fs.walk(name, last)
	if errno != 0 {
		return disk.Entry{}, errno
	}
	e, ok := fs.at(parent, base)
	if !ok {
		return disk.Entry{}, syscall.ENOENT
	}
	return e, 0
}

// at returns the entry to which a walk has led.
func (fs *FS) at(parent *node, base string) (disk.Entry, bool) {
	if base == "" {
		return disk.Entry{Ino: parent.ino, Dir: true}, true
	}
	return fs.lookup(parent, base)
}
