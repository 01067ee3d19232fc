//go:build !unix

package process

import "os/exec"

// InGroup does nothing: on this system KillGroup kills only the process itself.
func InGroup(*exec.Cmd) {}

// KillGroup kills a process.
func KillGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
