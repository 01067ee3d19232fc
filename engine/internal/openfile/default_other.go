//go:build !unix

package openfile

// DefaultMax returns the default number of files that a store keeps open.
func DefaultMax() int { return defaultMax }
