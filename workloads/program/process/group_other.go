//go:build !unix

package process

import (
	"os"
	"os/exec"
)

// InGroup does nothing: on this system KillGroup kills only the process itself.
func InGroup(*exec.Cmd) {}

// KillGroup kills a process.
func KillGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// codeOf returns Ended.Code.
func codeOf(state *os.ProcessState) int { return state.ExitCode() }
