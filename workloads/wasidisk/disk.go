package wasidisk

import (
	"cmp"
	"io/fs"
	"os"
	"strings"

	"github.com/tetratelabs/wazero/experimental/sys"
	wsys "github.com/tetratelabs/wazero/sys"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// disk implements wazero's filesystem interface on a faultfs. Paths are relative to its root, without a leading slash.
type disk struct {
	sys.UnimplementedFS
	fs     *faultfs.FS
	at     string // where the program finds the root
	device uint64
	call   *call
}

// openFlags maps the flags of wazero to those of package os, except for the access mode.
var openFlags = []struct {
	wazero sys.Oflag
	os     int
}{
	{sys.O_APPEND, os.O_APPEND},
	{sys.O_CREAT, os.O_CREATE},
	{sys.O_EXCL, os.O_EXCL},
	{sys.O_TRUNC, os.O_TRUNC},
	{sys.O_SYNC, os.O_SYNC},
	{sys.O_DSYNC, os.O_SYNC},
}

func flagsOf(flag sys.Oflag) int {
	how := os.O_RDONLY
	switch {
	case flag&sys.O_RDWR == sys.O_RDWR:
		how = os.O_RDWR
	case flag&sys.O_WRONLY == sys.O_WRONLY:
		how = os.O_WRONLY
	}
	for _, f := range openFlags {
		if flag&f.wazero == f.wazero {
			how |= f.os
		}
	}
	return how
}

func (d *disk) OpenFile(path string, flag sys.Oflag, perm fs.FileMode) (sys.File, sys.Errno) {
	if flag&sys.O_NOFOLLOW != 0 {
		info, _, err := d.fs.LstatIfPossible(inside(path))
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, sys.ELOOP
		}
	}
	how := flagsOf(flag)
	f, err := d.fs.OpenFile(inside(path), how, perm)
	if err != nil {
		return nil, d.call.fails(err)
	}
	info, err := f.Stat() // the size is not asked for, because that would decide it
	if err == nil && flag&sys.O_DIRECTORY != 0 && !info.IsDir() {
		_ = f.Close() // it was only looked at
		return nil, sys.ENOTDIR
	} else if err != nil {
		_ = f.Close()
		return nil, d.call.fails(err)
	}
	return &file{f: f, dir: info.IsDir(), appends: how&os.O_APPEND != 0, ino: inodeOf(info), disk: d}, 0
}

// inside returns a path below the mount as it appears in the faultfs's trace.
func inside(path string) string { return cmp.Or(strings.TrimPrefix(path, "/"), ".") }

// stat describes a file. Asking for the size is an observation: on a crash image it decides how long the file is.
func (d *disk) stat(info os.FileInfo, err error) (wsys.Stat_t, sys.Errno) {
	if err != nil {
		return wsys.Stat_t{}, d.call.fails(err)
	}
	st := wsys.Stat_t{Dev: d.device, Ino: inodeOf(info), Mode: info.Mode(), Nlink: 1}
	if !d.call.typeOnly {
		st.Size = info.Size()
	}
	return st, 0
}

func inodeOf(info os.FileInfo) wsys.Inode {
	ino, _ := info.Sys().(faultfs.Ino)
	return wsys.Inode(ino)
}

func (d *disk) Stat(path string) (wsys.Stat_t, sys.Errno) { return d.stat(d.fs.Stat(inside(path))) }

func (d *disk) Lstat(path string) (wsys.Stat_t, sys.Errno) {
	info, _, err := d.fs.LstatIfPossible(inside(path))
	return d.stat(info, err)
}

func (d *disk) Mkdir(path string, perm fs.FileMode) sys.Errno {
	return d.call.fails(d.fs.Mkdir(inside(path), perm))
}

func (d *disk) Rename(from, to string) sys.Errno {
	return d.call.fails(d.fs.Rename(inside(from), inside(to)))
}

func (d *disk) Link(from, to string) sys.Errno {
	return d.call.fails(d.fs.Link(inside(from), inside(to)))
}

func (d *disk) Rmdir(path string) sys.Errno  { return d.remove(path, true, sys.ENOTDIR) }
func (d *disk) Unlink(path string) sys.Errno { return d.remove(path, false, sys.EISDIR) }

// remove removes a directory if dir is set, and otherwise anything but a directory; a faultfs has one call for both.
func (d *disk) remove(path string, dir bool, other sys.Errno) sys.Errno {
	info, _, err := d.fs.LstatIfPossible(inside(path))
	switch {
	case err != nil:
		return d.call.fails(err)
	case info.IsDir() != dir:
		return other
	}
	return d.call.fails(d.fs.Remove(inside(path)))
}

// Symlink creates a link. If the target leads into this mount, it is stored relative to the root of the faultfs, which
// resolves it.
func (d *disk) Symlink(target, name string) sys.Errno {
	if rest, ok := within(target, d.at); ok && strings.HasPrefix(target, "/") {
		target = "/" + rest
	}
	return d.call.fails(d.fs.SymlinkIfPossible(target, inside(name)))
}

func (d *disk) Readlink(path string) (string, sys.Errno) {
	target, err := d.fs.ReadlinkIfPossible(inside(path))
	if strings.HasPrefix(target, "/") && d.at != "/" {
		target = strings.TrimSuffix(d.at+target, "/")
	}
	return target, d.call.fails(err)
}

// Chmod succeeds if the file is there. A faultfs has no permissions.
func (d *disk) Chmod(path string, mode fs.FileMode) sys.Errno {
	return d.call.fails(d.fs.Chmod(inside(path), mode))
}

// Utimens succeeds if the file is there. A faultfs has no times.
func (d *disk) Utimens(path string, _, _ int64) sys.Errno {
	_, err := d.fs.Stat(inside(path))
	return d.call.fails(err)
}
