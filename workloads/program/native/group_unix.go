//go:build unix

package native

import (
	"os/exec"
	"syscall"
)

// inGroup gives a process a group of its own, so that what it starts is killed with it.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a process and what it has started.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
