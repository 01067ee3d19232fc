package exit

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads/bench"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Code is an exit code. As an error, it means that everything has been printed already.
type Code int

// The exit codes.
const (
	Pass         Code = 0
	Violation    Code = 1
	BadUsage     Code = 2
	Inconclusive Code = 3
	HostFault    Code = 4
	Diverged     Code = 5
	Signal       Code = 128 // plus the number of the signal
)

func (c Code) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// Err returns c as an error; nil if c is Pass.
func (c Code) Err() error {
	if c == Pass {
		return nil
	}
	return c
}

// Error is an error that determines the exit code. It is still to be printed.
type Error struct {
	Code Code
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// With returns err as an [Error] with a code.
func With(code Code, err error) error { return &Error{code, err} }

// Usagef returns an error for a command line that the user has to correct.
func Usagef(format string, args ...any) error { return With(BadUsage, fmt.Errorf(format, args...)) }

// Of returns the code that err stands for, and whether err is still to be printed.
func Of(err error) (code Code, unprinted bool) {
	var printed Code
	var stopped Interrupt
	var coded *Error
	switch {
	case err == nil:
		return Pass, false
	case errors.As(err, &printed):
		return printed, false
	case errors.As(err, &stopped):
		return stopped.Code(), true
	case errors.Is(err, bench.ErrWrong):
		return Violation, true
	case errors.As(err, &coded):
		return coded.Code, true
	case errors.Is(err, torture.ErrConfig), errors.Is(err, torture.ErrBadToken), errors.Is(err, bench.ErrConfig):
		return BadUsage, true
	}
	return HostFault, true
}

// Line returns the text of err on one line, without the prefixes that mean something to programmers only.
func Line(err error) string {
	text := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	for _, prefix := range []string{torture.ErrConfig.Error() + ": ", "torture: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	text = strings.ReplaceAll(text, "schedule: ", "")
	return strings.ReplaceAll(text, bench.ErrConfig.Error()+": ", "") // it is repeated for every bad flag
}
