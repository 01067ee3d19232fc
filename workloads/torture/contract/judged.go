package contract

import "runtime"

// JudgedError is the error of Judged.
type JudgedError struct {
	Err error
	PCs []uintptr // the calls that led to the judgement, innermost first
}

// Judged adds to an error the calls that led to it, without the innermost ones: leavingOut says how many of those to
// omit.
func Judged(err error, leavingOut int) error {
	var pcs [callersMax]uintptr
	return &JudgedError{err, append([]uintptr(nil), pcs[:runtime.Callers(2+leavingOut, pcs[:])]...)}
}

// Error returns the text of Err.
func (j *JudgedError) Error() string { return j.Err.Error() }

// Unwrap returns Err.
func (j *JudgedError) Unwrap() error { return j.Err }
