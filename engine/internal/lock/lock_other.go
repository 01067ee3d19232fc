//go:build !unix

package lock

import (
	"io"

	"github.com/spf13/afero"
)

// lockFile keeps out only other users in this process, because the platform has no advisory locks.
func lockFile(name string) (io.Closer, error) { return processLocks.lock(afero.OsFs{}, name) }
