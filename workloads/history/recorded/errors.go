package recorded

import (
	"errors"
	"fmt"
)

// ErrFormat is returned for a file that is no history in a known format, or is damaged, with the line where it can be told.
var ErrFormat = errors.New("no history that can be read")

// ErrModel is returned for a history of which it cannot be told what its keys hold; Options.Model says it.
var ErrModel = errors.New("the model is not known")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrFormat, fmt.Errorf(format, args...))
}

func badLine(line int, format string, args ...any) error {
	return bad("line %d: %w", line, fmt.Errorf(format, args...))
}
