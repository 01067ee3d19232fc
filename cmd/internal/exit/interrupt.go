package exit

import (
	"context"
	"os"
	"syscall"
)

// Interrupt is the signal that ended a run. It is the cause of the canceled context.
type Interrupt struct{ os.Signal }

func (i Interrupt) Error() string { return "stopped by signal: " + i.String() }

// Code returns the exit code of a program that was ended by the signal.
func (i Interrupt) Code() Code {
	if number, ok := i.Signal.(syscall.Signal); ok {
		return Signal + Code(number)
	}
	return Signal
}

// Because returns the cause if ctx was canceled, and err otherwise. The error of a function that was interrupted does
// not matter.
func Because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
