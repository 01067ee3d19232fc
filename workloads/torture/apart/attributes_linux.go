package apart

import "syscall"

// Possible is true here: whatever ends the parent ends the child too, so no child is ever left behind.
const Possible = true

// attributes lets a child get its signals from its parent alone, and die with it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
