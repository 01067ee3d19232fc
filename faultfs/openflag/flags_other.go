//go:build !linux

package openflag

// Flags that exist only on Linux.
const (
	directory = 0
	noFollow  = 0
	pathOnly  = 0
	tmpFile   = 0
)
