//go:build !linux

package cli

import "syscall"

// canApart: nothing here ends a child with its parent, so there are none.
const canApart = false

func bound() *syscall.SysProcAttr { return nil }
