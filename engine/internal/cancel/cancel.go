package cancel

import (
	"context"
	"errors"
	"fmt"
)

// Err returns nil until ctx is done, and from then on an error that wraps ctx.Err() and the cause.
func Err(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return &stopped{err: err, cause: context.Cause(ctx)}
}

// Is reports whether an error is, or wraps, one returned by Err.
func Is(err error) bool { return In(err) != nil }

// In returns the error of Err that an error is or wraps, or nil if there is none.
func In(err error) error {
	if s := (*stopped)(nil); errors.As(err, &s) {
		return s
	}
	return nil
}

// Either returns a function that returns the error of Err once ctx is done, and otherwise that of other, which may be
// nil.
func Either(ctx context.Context, other func() error) func() error {
	if ctx.Done() == nil {
		return other
	}
	return func() error {
		if err := Err(ctx); err != nil {
			return err
		}
		if other == nil {
			return nil
		}
		return other()
	}
}

// stopped is the error of an operation whose context is done.
type stopped struct{ err, cause error }

func (s *stopped) Error() string {
	if errors.Is(s.err, s.cause) {
		return s.err.Error()
	}
	return fmt.Sprintf("%v: %v", s.err, s.cause)
}

func (s *stopped) Unwrap() []error { return []error{s.err, s.cause} }
