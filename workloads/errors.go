package workloads

import (
	"errors"
	"fmt"
)

// ErrDisorder is returned by ReadAll if a scan does not yield its keys in strictly ascending order.
var ErrDisorder = errors.New("workloads: scan is out of order")

// ErrAstray is recorded if a cursor, or a scan in a transaction, shows a key that cannot be there, or if a stream shows
// something else when it is read again.
var ErrAstray = errors.New("workloads: cursor or stream went astray")

// ErrExited is returned by Drive if the store ended the goroutine that called it.
var ErrExited = errors.New("the store ended the goroutine that called it, by runtime.Goexit or, in a test, by FailNow or an assertion")

// Panic is returned by Drive if the store panicked.
type Panic struct {
	Value  any    // the value passed to panic
	Stack  []byte // stack of the goroutine that panicked
	Client int    // the client whose operation panicked
	Op     string // the operation, such as "put k017"
}

func (p *Panic) Error() string {
	if p.Op == "" {
		return fmt.Sprintf("workloads: store panicked: %v", p.Value)
	}
	return fmt.Sprintf("workloads: store panicked in %s of client %d: %v", p.Op, p.Client, p.Value)
}

// Unwrap returns the panic's value if it is an error, such as a runtime.Error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
