//go:build !linux

package cli

import "syscall"

// childDiesWithParent: nothing here ends a child with its parent, so engines run in the command's own process.
const childDiesWithParent = false

func childAttributes() *syscall.SysProcAttr { return nil }
