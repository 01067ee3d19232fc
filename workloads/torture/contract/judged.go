package contract

import "runtime"

// JudgedError is the error of Judged.
type JudgedError struct {
	Err    error
	PCs    []uintptr // the calls that led to the judgement, innermost first
	Stacks []string  // lines of the stacks of goroutines that wait; empty if none does
}

// Judged adds to an error the calls that led to it, without the innermost ones: leavingOut says how many of those to
// omit. If the error is that a call does not return, stacks are lines of the stacks of the goroutines that wait.
func Judged(err error, leavingOut int, stacks ...string) error {
	var pcs [callersMax]uintptr
	return &JudgedError{Err: err, PCs: append([]uintptr(nil), pcs[:runtime.Callers(2+leavingOut, pcs[:])]...), Stacks: stacks}
}

// Error returns the text of Err.
func (j *JudgedError) Error() string { return j.Err.Error() }

// Unwrap returns Err.
func (j *JudgedError) Unwrap() error { return j.Err }
