package workloads

import (
	"errors"
	"fmt"
)

// ErrDisorder is returned by ReadAll when a scan does not yield its keys in strictly ascending order.
var ErrDisorder = errors.New("workloads: scan is out of order")

// ErrAstray is recorded when a cursor or a scan in a transaction shows a key that it cannot show there, or when a
// stream that is read again shows something else.
var ErrAstray = errors.New("workloads: cursor or stream went astray")

// ErrExited is returned by Drive when the store ended a goroutine that had called it.
var ErrExited = errors.New("the store ended the goroutine that called it, by runtime.Goexit or, in a test, by FailNow or an assertion")

// Panic is what Drive returns when the store panicked.
type Panic struct {
	Value  any    // what the store panicked with
	Stack  []byte // of the goroutine that panicked
	Client int    // whose operation it was
	Op     string // the operation, such as "put k017"
}

func (p *Panic) Error() string {
	if p.Op == "" {
		return fmt.Sprintf("workloads: store panicked: %v", p.Value)
	}
	return fmt.Sprintf("workloads: store panicked in %s of client %d: %v", p.Op, p.Client, p.Value)
}

// Unwrap returns the value of the panic if it is an error, such as a runtime.Error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
