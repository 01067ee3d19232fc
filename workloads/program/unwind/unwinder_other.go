//go:build !linux || !amd64

package unwind

import "github.com/lightningdb/lightning-torture/workloads/program"

// Unwinder finds the stacks of threads and numbers them.
type Unwinder struct{}

// New fails with ErrUnsupported.
func New(string) (*Unwinder, error) { return nil, ErrUnsupported }

// Caller returns 0: the stack is unknown.
func (*Unwinder) Caller(int) int { return 0 }

// Stacks returns nothing.
func (*Unwinder) Stacks() ([]program.Frame, []program.Stack) { return nil, nil }

// Close does nothing.
func (*Unwinder) Close() {}
