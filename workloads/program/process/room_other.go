//go:build !linux

package process

import (
	"errors"
	"os/exec"
)

// Tmp stands for the directory of a server's sockets, which this system cannot have.
const Tmp = "/tmp/torture"

// live says that there are no rooms here.
func (r *Room) live(entered chan<- error) {
	entered <- errors.New("process: servers need the namespaces of Linux")
}

func (r *Room) sweep() error         { return nil }
func asServer(*exec.Cmd)             {}
func signal(*exec.Cmd, string) error { return nil }
func accepts(int) bool               { return false }

// SignalKnown reports whether there is a signal of that name.
func SignalKnown(string) bool { return false }
