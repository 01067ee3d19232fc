//go:build unix

package trials

import (
	"os/exec"
	"syscall"
)

// killAll makes killing a command also kill everything that it started, except processes that moved to another group.
func killAll(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
