package cli

import "syscall"

// canApart: a child dies with its parent, whatever ends that.
const canApart = true

// bound has a child get its signals from its parent alone, and die with it.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
