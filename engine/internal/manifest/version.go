package manifest

import (
	"errors"
	"fmt"
)

// FormatVersion is the format version stated by new manifests. Stores of every version up to it can be read.
//
//	1  the first; its manifests do not state a version
//	2  manifests state the version; FORMAT.md lists what else it added
//	3  manifests record where the logs of a closed store end, and logs where their predecessor ends
const FormatVersion = 3

// ErrVersion is returned for files written by a newer engine. It is not corruption.
var ErrVersion = errors.New("engine: unknown format version")

func versionError(found uint64) error {
	return fmt.Errorf("%w: written by a newer engine: format version %d, this engine reads up to %d",
		ErrVersion, found, FormatVersion)
}
