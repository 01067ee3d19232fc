package manifest

import (
	"errors"
	"fmt"
)

// FormatVersion is the version of the format that new manifests announce. Stores of every version up to it are read.
//
//	1  the first one; its manifests do not say it
//	2  manifests name the version; FORMAT.md lists what else came with it
//	3  manifests say where the logs of a closed store end, and logs where the log before them ends
const FormatVersion = 3

// ErrVersion is returned for what a newer engine wrote. It is not corruption.
var ErrVersion = errors.New("engine: unknown format version")

func versionError(found uint64) error {
	return fmt.Errorf("%w: written by a newer engine: format version %d, this engine reads up to %d",
		ErrVersion, found, FormatVersion)
}
