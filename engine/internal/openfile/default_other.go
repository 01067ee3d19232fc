//go:build !unix

package openfile

// DefaultMax returns how many files a store keeps open unless it is told otherwise.
func DefaultMax() int { return defaultMax }
