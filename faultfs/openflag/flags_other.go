//go:build !linux

package openflag

// Flags that only Linux is asked for.
const (
	directory = 0
	noFollow  = 0
	pathOnly  = 0
	tmpFile   = 0
)
