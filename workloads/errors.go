package workloads

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ErrDisorder is returned by ReadAll if a scan does not yield its keys in strictly ascending order.
var ErrDisorder = errors.New("workloads: scan is out of order")

// ErrAstray is recorded if a cursor, or a scan in a transaction, shows a key that cannot be there, or if a stream shows
// different data when it is read again.
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

// outcome says what an error means for the outcome of an operation. Reads follow the same rule, because an error says
// nothing about the data.
func outcome(err error) history.Outcome {
	switch {
	case err == nil:
		return history.Acked
	case errors.Is(err, ErrConflict), errors.Is(err, ErrRefused), errors.Is(err, ErrLocked), errors.Is(err, ErrTooLarge),
		errors.Is(err, appendlog.ErrOutOfRange):
		return history.Rejected
	}
	return history.Unknown
}

// plain returns class itself in place of an error that wraps it. A history keeps errors as text, and its readers
// recognize the class by that text whatever the engine's own message is.
func plain(err, class error) error {
	if errors.Is(err, class) {
		return class
	}
	return err
}
