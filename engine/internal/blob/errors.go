package blob

import "errors"

// ErrVersion is returned by Open for a file that a newer version of the engine wrote.
var ErrVersion = errors.New("engine: blob file has an unknown format version")
