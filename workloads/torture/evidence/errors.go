package evidence

import (
	"errors"
	"fmt"
)

// Errors of evidence, for errors.Is.
var (
	ErrBadToken    = errors.New("torture: bad replay token")         // damaged, of an unknown version, or beyond a limit
	ErrOtherTarget = fmt.Errorf("%w of another target", ErrBadToken) // the token or saved finding is of an engine that is not among the targets
	ErrTooLarge    = errors.New("torture: evidence is too large")    // Load would refuse it
	ErrHost        = errors.New("torture: the host is at fault")     // findings could not be saved, a directory is unwritable
)
