//go:build !unix

package process

import "os/exec"

// InGroup does nothing: only the process itself is killed.
func InGroup(*exec.Cmd) {}

// KillGroup kills a process.
func KillGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
