package apart

import (
	"os"
	"syscall"
)

// Possible is true here: whatever ends the parent ends the child too, so no child is ever left behind.
const Possible = true

// attributes lets a child get its signals from its parent alone, and die with it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// divert lets a pipe have what this process prints on its standard error, also if the Go runtime or a library in C does, and
// returns where that went before. If that is not possible, everything goes there as before.
func divert(pipe int) (before *os.File) {
	defer syscall.Close(pipe) //nolint:errcheck // it is a copy of the standard error by now
	copied, err := syscall.Dup(int(os.Stderr.Fd()))
	if err != nil {
		return os.Stderr
	}
	syscall.CloseOnExec(copied)
	if err := syscall.Dup3(pipe, int(os.Stderr.Fd()), 0); err != nil {
		return os.Stderr
	}
	return os.NewFile(uintptr(copied), os.Stderr.Name())
}
