package litmus

import (
	"errors"
	"os"
	"syscall"
)

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
