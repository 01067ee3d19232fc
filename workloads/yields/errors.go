package yields

import "errors"

// ErrSource means that a package cannot be found, read or parsed.
var ErrSource = errors.New("yields: no such source")
