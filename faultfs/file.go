package faultfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/openflag"
)

// file is an open file or directory. Its position and its closing are guarded by the filesystem's mutex.
type file struct {
	fs       *FS
	node     *node
	name     string
	how      openflag.How
	off      int64   // position of Read, Write and Seek
	listed   listing // position of Readdir and Readdirnames
	reported int     // number of the node's failed write-backs that this handle has reported or need not report
	closed   bool
}

// maxFileBytes is the size of the largest file. Growing beyond it fails with EFBIG, before the host runs out of memory.
const maxFileBytes = 1 << 36

func (f *file) Name() string { return f.name }

// fail returns the error for an operation that the handle does not allow.
func (f *file) fail(op string, errno syscall.Errno) error { return pathError(op, f.name, errno) }

func (f *file) checkOpen(op string) error {
	if f.closed {
		return &fs.PathError{Op: op, Path: f.name, Err: os.ErrClosed}
	}
	return nil
}

// checkUsable is checkOpen for calls that are not possible on an O_PATH handle.
func (f *file) checkUsable(op string) error {
	if !f.closed && f.how.PathOnly {
		return f.fail(op, syscall.EBADF)
	}
	return f.checkOpen(op)
}

// Close closes the handle, even if a fault makes it return an error. It makes nothing durable.
func (f *file) Close() error {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkOpen("close"); err != nil {
		return err
	}
	f.release()
	_, err := f.fs.inject(call{kind: OpClose, name: "close", path: f.name, node: f.node})
	return err
}

func (f *file) release() {
	f.closed = true
	f.node.handles--
	f.fs.handles--
}

func (f *file) Read(b []byte) (int, error) {
	f.fs.enter()
	defer f.fs.leave()
	n, _, err := f.readAt(b, f.off)
	f.off += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt fails with EIO if a fault makes it short, because io.ReaderAt then requires an error.
func (f *file) ReadAt(b []byte, off int64) (int, error) {
	f.fs.enter()
	defer f.fs.leave()
	n, short, err := f.readAt(b, off)
	if short {
		err = f.fail("read", syscall.EIO)
	}
	return n, err
}

func (f *file) readAt(b []byte, off int64) (n int, short bool, err error) {
	if err := f.checkUsable("read"); err != nil {
		return 0, false, err
	}
	switch {
	case off < 0:
		return 0, false, f.fail("read", syscall.EINVAL)
	case len(b) == 0:
		return 0, false, nil
	case !f.how.Read:
		return 0, false, f.fail("read", syscall.EBADF)
	case f.node.isDir():
		return 0, false, f.fail("read", syscall.EISDIR)
	}
	rule, err := f.fs.inject(call{
		kind: OpRead, name: "read", path: f.name, node: f.node, off: off, bytes: int64(len(b)),
	})
	if err != nil {
		return 0, false, err
	}
	if effectOf(rule) == Evict {
		f.evict()
	}
	f.fs.resolve(f.node, off, off+int64(len(b)))
	n = f.node.content.ReadAt(b, off)
	if f.fs.watchReads != nil {
		f.fs.watchReads(f.name, n)
	}
	switch {
	case effectOf(rule) == Short:
		return f.shorten(n), true, nil
	case effectOf(rule) == BitFlip:
		f.flipRead(rule, b[:n], off)
	}
	if n < len(b) {
		return n, false, io.EOF
	}
	return n, false, nil
}

func (f *file) Write(b []byte) (int, error) {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkUsable("write"); err != nil {
		return 0, err
	}
	if f.how.Append && f.how.Write {
		f.off = f.fs.size(f.node)
	}
	n, err := f.writeAt(b, f.off)
	f.off += int64(n)
	return n, err
}

func (f *file) WriteAt(b []byte, off int64) (int, error) {
	f.fs.enter()
	defer f.fs.leave()
	if f.how.Append {
		return 0, f.fail("write", syscall.EINVAL) // like package os, whether the handle is closed or not
	}
	if err := f.checkUsable("write"); err != nil {
		return 0, err
	}
	if off < 0 {
		return 0, f.fail("write", syscall.EINVAL)
	}
	return f.writeAt(b, off)
}

func (f *file) WriteString(s string) (int, error) { return f.Write([]byte(s)) }

func (f *file) writeAt(b []byte, off int64) (int, error) {
	switch {
	case !f.how.Write:
		return 0, f.fail("write", syscall.EBADF)
	case len(b) == 0:
		return 0, nil
	case off > maxFileBytes-int64(len(b)):
		return 0, f.fail("write", syscall.EFBIG)
	}
	if err := f.writeback(); err != nil {
		return 0, err
	}
	rule, err := f.fs.inject(call{
		kind: OpWrite, name: "write", path: f.name, node: f.node, off: off, bytes: int64(len(b)),
	})
	if err != nil {
		return 0, err
	}
	b, err = f.fitting(rule, b, off)
	f.fs.resolveWrite(f.node, off, off+int64(len(b)))
	f.node.store(f.fs, Op{Path: f.name, Off: off, Data: f.arriving(rule, b, off), Fault: effectOf(rule)})
	if effectOf(rule) == Misplaced {
		f.misplace(rule, b, off)
	}
	if f.how.Sync && err == nil {
		if err := f.sync("write"); err != nil {
			return 0, err
		}
	}
	return len(b), err
}

func (f *file) Truncate(size int64) error {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkOpen("truncate"); err != nil {
		return err
	}
	switch {
	case size >= 0 && f.how.PathOnly:
		return f.fail("truncate", syscall.EBADF)
	case size < 0 || !f.how.Write:
		return f.fail("truncate", syscall.EINVAL)
	case size > maxFileBytes:
		return f.fail("truncate", syscall.EFBIG)
	}
	return f.truncate("truncate", size)
}

func (f *file) truncate(name string, size int64) error {
	if _, err := f.fs.inject(call{kind: OpTruncate, name: name, path: f.name, node: f.node}); err != nil {
		return err
	}
	before := f.fs.size(f.node)
	if before == size {
		return nil
	}
	f.fs.resolve(f.node, min(size, before), before) // decide it first: what a crash left undecided must not undo a truncation
	f.node.content.SetSize(size)
	f.fs.record(Op{Kind: OpTruncate, Path: f.name, Ino: f.node.ino, OldSize: before, Size: size})
	return nil
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkUsable("seek"); err != nil {
		return 0, err
	}
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.off
	case io.SeekEnd:
		if !f.node.isDir() {
			offset += f.fs.size(f.node)
		}
	default:
		return 0, f.fail("seek", syscall.EINVAL)
	}
	if offset < 0 {
		return 0, f.fail("seek", syscall.EINVAL)
	}
	f.off, f.listed = offset, listing{}
	return offset, nil
}

func (f *file) Stat() (os.FileInfo, error) {
	f.fs.enter()
	defer f.fs.leave()
	if err := f.checkOpen("stat"); err != nil {
		return nil, err
	}
	if _, err := f.fs.inject(call{kind: OpStat, name: "stat", path: f.name, node: f.node}); err != nil {
		return nil, err
	}
	return f.fs.info(f.name, f.node), nil
}
