package litmus

import (
	"os"
	"time"

	"github.com/spf13/afero"
)

// Dir is a filesystem whose root is a directory of the operating system, for running programs on a real disk. Paths are
// passed to the operating system unchanged, so that ".." and symbolic links mean what they mean there. A path that
// leads above the directory leaves it.
type Dir string

var (
	_ afero.Fs        = Dir("")
	_ afero.Symlinker = Dir("")
	_ Linker          = Dir("")
)

func (d Dir) path(name string) string { return string(d) + "/" + name }

// Name returns the directory.
func (d Dir) Name() string { return string(d) }

// Create is os.Create.
func (d Dir) Create(name string) (afero.File, error) {
	return d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Open is os.Open.
func (d Dir) Open(name string) (afero.File, error) { return d.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile is os.OpenFile.
func (d Dir) OpenFile(name string, flag int, mode os.FileMode) (afero.File, error) {
	f, err := os.OpenFile(d.path(name), flag, mode)
	if err != nil {
		return nil, err // not a nil *os.File in a non-nil interface
	}
	return dirFile{f}, nil
}

// Mkdir is os.Mkdir.
func (d Dir) Mkdir(name string, mode os.FileMode) error { return os.Mkdir(d.path(name), mode) }

// MkdirAll is os.MkdirAll.
func (d Dir) MkdirAll(name string, mode os.FileMode) error { return os.MkdirAll(d.path(name), mode) }

// Remove is os.Remove.
func (d Dir) Remove(name string) error { return os.Remove(d.path(name)) }

// RemoveAll is os.RemoveAll.
func (d Dir) RemoveAll(name string) error { return os.RemoveAll(d.path(name)) }

// Rename is os.Rename.
func (d Dir) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Link is os.Link.
func (d Dir) Link(from, to string) error { return os.Link(d.path(from), d.path(to)) }

// SymlinkIfPossible is os.Symlink. The target is used as it is, not relative to the directory.
func (d Dir) SymlinkIfPossible(target, name string) error { return os.Symlink(target, d.path(name)) }

// ReadlinkIfPossible is os.Readlink.
func (d Dir) ReadlinkIfPossible(name string) (string, error) { return os.Readlink(d.path(name)) }

// Stat is os.Stat.
func (d Dir) Stat(name string) (os.FileInfo, error) { return os.Stat(d.path(name)) }

// LstatIfPossible is os.Lstat.
func (d Dir) LstatIfPossible(name string) (os.FileInfo, bool, error) {
	info, err := os.Lstat(d.path(name))
	return info, true, err
}

// Chmod is os.Chmod.
func (d Dir) Chmod(name string, mode os.FileMode) error { return os.Chmod(d.path(name), mode) }

// Chown is os.Chown.
func (d Dir) Chown(name string, uid, gid int) error { return os.Chown(d.path(name), uid, gid) }

// Chtimes is os.Chtimes.
func (d Dir) Chtimes(name string, accessed, changed time.Time) error {
	return os.Chtimes(d.path(name), accessed, changed)
}

// dirFile is an open file of a Dir.
type dirFile struct{ *os.File }
