//go:build !linux

package apart

import (
	"os"
	"syscall"
)

// Possible reports whether a child can be tied to its parent. Here nothing ends a child with its parent, so engines
// run in the process of the lab.
const Possible = false

func attributes() *syscall.SysProcAttr { return nil }

func divert(int) *os.File { return os.Stderr }
