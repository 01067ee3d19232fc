package operators

import "errors"

// ErrSource means that a package cannot be found, read, parsed or, if types are needed, type-checked.
var ErrSource = errors.New("mutate: no source")
