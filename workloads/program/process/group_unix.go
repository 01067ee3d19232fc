//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// InGroup gives a process a group of its own, so that what it starts is killed with it.
func InGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// KillGroup kills a process and what it has started.
func KillGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
