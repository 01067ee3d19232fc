package wasidisk

import (
	"errors"
	"io"

	"github.com/spf13/afero"
	"github.com/tetratelabs/wazero/experimental/sys"
	wsys "github.com/tetratelabs/wazero/sys"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// file is an open file or directory of a disk.
type file struct {
	sys.UnimplementedFile
	f       afero.File
	disk    *disk
	ino     wsys.Inode
	dir     bool
	appends bool
	closed  bool
}

func (f *file) Dev() (uint64, sys.Errno)     { return f.disk.device, 0 }
func (f *file) Ino() (wsys.Inode, sys.Errno) { return f.ino, 0 }
func (f *file) IsDir() (bool, sys.Errno)     { return f.dir, 0 }
func (f *file) IsAppend() bool               { return f.appends }

func (f *file) Stat() (wsys.Stat_t, sys.Errno) { return f.disk.stat(f.f.Stat()) }

func (f *file) Read(b []byte) (int, sys.Errno)  { return f.disk.call.moved(f.f.Read(b)) }
func (f *file) Write(b []byte) (int, sys.Errno) { return f.disk.call.moved(f.f.Write(b)) }

func (f *file) Pread(b []byte, off int64) (int, sys.Errno) {
	return f.disk.call.moved(f.f.ReadAt(b, off))
}

func (f *file) Pwrite(b []byte, off int64) (int, sys.Errno) {
	return f.disk.call.moved(f.f.WriteAt(b, off))
}

// position has a name of its own because go vet accepts no method Seek with an int64 result and anything but an error.
type position = int64

func (f *file) Seek(off position, whence int) (position, sys.Errno) {
	at, err := f.f.Seek(off, whence)
	return at, f.disk.call.fails(err)
}

func (f *file) Truncate(size int64) sys.Errno { return f.disk.call.fails(f.f.Truncate(size)) }
func (f *file) Sync() sys.Errno               { return f.disk.call.fails(f.f.Sync()) }

func (f *file) Datasync() sys.Errno {
	if data, ok := f.f.(faultfs.DataSyncer); ok {
		return f.disk.call.fails(data.SyncData())
	}
	return f.Sync()
}

// Utimens does nothing: a faultfs has no times.
func (f *file) Utimens(int64, int64) sys.Errno { return 0 }

func (f *file) Readdir(n int) ([]sys.Dirent, sys.Errno) {
	infos, err := f.f.Readdir(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, f.disk.call.fails(err)
	}
	all := make([]sys.Dirent, len(infos))
	for i, info := range infos {
		all[i] = sys.Dirent{Name: info.Name(), Ino: inodeOf(info), Type: info.Mode().Type()}
	}
	return all, 0
}

// Close closes the file, even if a fault makes it fail. NB: wazero keeps a file whose Close failed and closes it again.
func (f *file) Close() sys.Errno {
	if f.closed {
		return 0
	}
	f.closed = true
	return f.disk.call.fails(f.f.Close())
}
