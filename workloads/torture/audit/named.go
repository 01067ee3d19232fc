package audit

import (
	"reflect"
	"runtime"

	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// checkError is the error of a standing check that has a name.
type checkError struct {
	check string
	err   error
}

// NamedCheck returns a standing check whose errors have the name of its function. If the function is a closure, the name is that
// of the function that contains it.
func NamedCheck(check func() error) func() error {
	name := stack.Identity(runtime.FuncForPC(reflect.ValueOf(check).Pointer()).Name())
	return func() error {
		if err := check(); err != nil {
			return &checkError{name, err}
		}
		return nil
	}
}

func (e *checkError) Error() string { return e.err.Error() }
func (e *checkError) Unwrap() error { return e.err }
