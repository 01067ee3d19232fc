package evidence

import (
	"errors"
	"fmt"
)

// Errors of evidence, by errors.Is.
var (
	ErrBadToken    = errors.New("torture: bad replay token")         // damaged, of an unknown version, or beyond a limit
	ErrOtherTarget = fmt.Errorf("%w of another target", ErrBadToken) // it, or the saved finding, is of an engine that is not asked about
	ErrTooLarge    = errors.New("torture: evidence is too large")    // it would not be read again
	ErrHost        = errors.New("torture: the host is at fault")     // findings could not be saved, a directory is unwritable
)
