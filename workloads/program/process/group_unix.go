//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// InGroup gives a process its own group, so that KillGroup also kills what it starts.
func InGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// KillGroup kills the process group of a process started after InGroup.
func KillGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// codeOf returns Ended.Code.
func codeOf(state *os.ProcessState) int {
	if status, is := state.Sys().(syscall.WaitStatus); is && status.Signaled() {
		return -int(status.Signal())
	}
	return state.ExitCode()
}
