package apart

import (
	"os"
	"syscall"
)

// Possible reports whether a child can be tied to its parent. Here it can: whatever ends the parent ends the child
// too.
const Possible = true

// attributes makes a child receive signals only from its parent, and die with it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// divert redirects standard error to a pipe, including what the Go runtime or a C library prints, and returns the
// previous standard error. If that is not possible, everything still goes to the previous one.
func divert(pipe int) (before *os.File) {
	defer syscall.Close(pipe) //nolint:errcheck // it has been duplicated to standard error
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
