package wasidisk

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/experimental/sysfs"
	wsys "github.com/tetratelabs/wazero/sys"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Mount says where a program sees a faultfs.
type Mount struct {
	Path string // absolute and clean; "/" hides the files of the host
	FS   *faultfs.FS
}

// Files is the file tree that a program sees: the mounts, and elsewhere the host's files, read-only.
type Files struct {
	disks []*disk // longest path first
	host  sys.FS
	call  call
}

var _ sys.FS = (*Files)(nil)

// New returns a tree with the given mounts.
func New(mounts ...Mount) *Files {
	t := &Files{host: &sysfs.ReadFS{FS: sysfs.DirFS("/")}}
	for i, m := range mounts {
		t.disks = append(t.disks, &disk{fs: m.FS, at: m.Path, device: uint64(i + 1), call: &t.call})
	}
	slices.SortStableFunc(t.disks, func(a, b *disk) int { return cmp.Compare(len(b.at), len(a.at)) })
	return t
}

// Begin is called with the name of the wasip1 call that comes next.
func (t *Files) Begin(name string) { t.call = call{typeOnly: name == "fd_fdstat_get"} }

// Errno returns the wasip1 number of the error of that call if wazero has no name for it, and 0 otherwise.
func (t *Files) Errno() uint32 { return t.call.errno }

// place returns the filesystem for a path of the program, and the path within it.
func (t *Files) place(path string) (sys.FS, string) {
	for _, d := range t.disks {
		if rest, ok := within(path, d.at); ok {
			return d, rest
		}
	}
	return t.host, path
}

// within returns the part of path below mount. ok is false if path is not mount itself or below it.
func within(path, mount string) (rest string, ok bool) {
	path, mount = strings.TrimPrefix(path, "/"), strings.TrimPrefix(mount, "/")
	switch {
	case mount == "":
		return path, true
	case path == mount:
		return "", true
	}
	return strings.CutPrefix(path, mount+"/")
}

// OpenFile opens a file.
func (t *Files) OpenFile(path string, flag sys.Oflag, perm fs.FileMode) (sys.File, sys.Errno) {
	at, path := t.place(path)
	f, errno := at.OpenFile(path, flag, perm)
	if at == t.host && errno == sys.ENOSYS { // wazero's error for writing to a read-only filesystem
		errno = sys.EROFS
	}
	return f, errno
}

// Stat describes a file and follows links.
func (t *Files) Stat(path string) (wsys.Stat_t, sys.Errno) {
	at, path := t.place(path)
	return at.Stat(path)
}

// Lstat describes a file and does not follow a link.
func (t *Files) Lstat(path string) (wsys.Stat_t, sys.Errno) {
	at, path := t.place(path)
	return at.Lstat(path)
}

// Mkdir creates a directory.
func (t *Files) Mkdir(path string, perm fs.FileMode) sys.Errno {
	at, path := t.place(path)
	return at.Mkdir(path, perm)
}

// Chmod changes nothing on a faultfs.
func (t *Files) Chmod(path string, perm fs.FileMode) sys.Errno {
	at, path := t.place(path)
	return at.Chmod(path, perm)
}

// Rename renames within one mount.
func (t *Files) Rename(from, to string) sys.Errno { return t.both(from, to, sys.FS.Rename) }

// Link makes a hard link within one mount.
func (t *Files) Link(from, to string) sys.Errno { return t.both(from, to, sys.FS.Link) }

func (t *Files) both(from, to string, do func(at sys.FS, from, to string) sys.Errno) sys.Errno {
	at, from := t.place(from)
	other, to := t.place(to)
	if at != other {
		return t.call.fails(syscall.EXDEV)
	}
	return do(at, from, to)
}

// Rmdir removes a directory.
func (t *Files) Rmdir(path string) sys.Errno {
	at, path := t.place(path)
	return at.Rmdir(path)
}

// Unlink removes anything but a directory.
func (t *Files) Unlink(path string) sys.Errno {
	at, path := t.place(path)
	return at.Unlink(path)
}

// Symlink creates a link at name. The target is not checked.
func (t *Files) Symlink(target, name string) sys.Errno {
	at, name := t.place(name)
	return at.Symlink(target, name)
}

// Readlink returns the target of a link.
func (t *Files) Readlink(path string) (string, sys.Errno) {
	at, path := t.place(path)
	return at.Readlink(path)
}

// Utimens changes nothing on a faultfs.
func (t *Files) Utimens(path string, atim, mtim int64) sys.Errno {
	at, path := t.place(path)
	return at.Utimens(path, atim, mtim)
}
