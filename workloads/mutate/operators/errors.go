package operators

import "errors"

// ErrSource means that a package cannot be found, read, parsed or, where types are needed, compiled.
var ErrSource = errors.New("mutate: no source")
