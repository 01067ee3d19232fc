package contract

import (
	"runtime"

	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// JudgedError is the error of Judged.
type JudgedError struct {
	Err    error
	PCs    []uintptr // the calls that led to the judgement, innermost first
	Stacks []string  // lines of the stacks of goroutines that wait
}

// Judged adds to an error the calls that led to it, without the innermost ones: leavingOut says how many of those to
// omit. If waiting names functions, it also adds the stacks of the goroutines that contain one of them.
func Judged(err error, leavingOut int, waiting ...string) error {
	var pcs [callersMax]uintptr
	j := &JudgedError{Err: err, PCs: append([]uintptr(nil), pcs[:runtime.Callers(2+leavingOut, pcs[:])]...)}
	if len(waiting) > 0 {
		j.Stacks = stack.Containing(waiting...)
	}
	return j
}

// Error returns the text of Err.
func (j *JudgedError) Error() string { return j.Err.Error() }

// Unwrap returns Err.
func (j *JudgedError) Unwrap() error { return j.Err }
