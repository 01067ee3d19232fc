package evidence

import "errors"

// Errors of evidence, by errors.Is.
var (
	ErrBadToken = errors.New("torture: bad replay token")     // damaged, or of an unknown version
	ErrHost     = errors.New("torture: the host is at fault") // findings could not be saved, a directory is unwritable
)
