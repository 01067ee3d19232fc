// Package fails has a test that always fails.
package fails

import "os"

// Sync syncs.
func Sync(f *os.File) error { return f.Sync() }
