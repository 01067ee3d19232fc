package recorded

import (
	"errors"
	"fmt"
)

// ErrFormat is returned for a file that is not a history in a known format, or is damaged. It names the line if
// possible.
var ErrFormat = errors.New("not a readable history")

// ErrModel is returned for a history whose model cannot be determined from its content; Options.Model can set it.
var ErrModel = errors.New("the model cannot be inferred")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrFormat, fmt.Errorf(format, args...))
}

func badLine(line int, format string, args ...any) error {
	return bad("line %d: %w", line, fmt.Errorf(format, args...))
}
