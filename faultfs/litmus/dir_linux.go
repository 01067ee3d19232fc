package litmus

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/faultfs"
)

var _ faultfs.Exchanger = Dir("")

// Exchange is renameat2(2) with RENAME_EXCHANGE.
func (d Dir) Exchange(a, b string) error {
	a, b = d.path(a), d.path(b)
	if err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE); err != nil {
		return &os.LinkError{Op: "exchange", Old: a, New: b, Err: err}
	}
	return nil
}

// SyncData is fdatasync(2).
func (f dirFile) SyncData() error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = syscall.Fdatasync(int(fd)) })
	return errors.Join(err, os.NewSyscallError("fdatasync", failed))
}
