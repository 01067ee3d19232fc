package cli

import "syscall"

// childDiesWithParent: whatever ends the parent ends the child too, so no child is ever left behind.
const childDiesWithParent = true

// childAttributes lets a child get its signals from its parent alone, and die with it.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
