package blob

import "errors"

// ErrVersion is returned by Open for a file written by a newer version of the engine.
var ErrVersion = errors.New("engine: blob file has an unknown format version")
