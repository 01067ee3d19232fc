//go:build !linux

package process

import (
	"errors"
	"os/exec"
)

// Tmp is the directory for a server's sockets. It is not used, because this system has no rooms.
const Tmp = "/tmp/torture"

// live reports that this system has no rooms.
func (r *Room) live(furnish func() error, entered chan<- error) { entered <- furnish() }

func furnish() error { return errors.New("process: servers need the namespaces of Linux") }

func (r *Room) sweep() error         { return nil }
func asServer(*exec.Cmd)             {}
func signal(*exec.Cmd, string) error { return nil }
func accepts(int) bool               { return false }

// SignalKnown returns false, because servers cannot run on this system.
func SignalKnown(string) bool { return false }
