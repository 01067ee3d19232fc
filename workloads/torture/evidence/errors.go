package evidence

import "errors"

// Errors of evidence, by errors.Is.
var (
	ErrBadToken = errors.New("torture: bad replay token")      // damaged, of an unknown version, or beyond a limit
	ErrTooLarge = errors.New("torture: evidence is too large") // it would not be read again
	ErrHost     = errors.New("torture: the host is at fault")  // findings could not be saved, a directory is unwritable
)
