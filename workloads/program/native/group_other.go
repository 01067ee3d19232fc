//go:build !unix

package native

import "os/exec"

// inGroup does nothing: only the process itself is killed.
func inGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
