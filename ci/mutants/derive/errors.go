package derive

import "errors"

// Errors of the package, by errors.Is.
var (
	// ErrSource means that the package cannot be found, read or parsed.
	ErrSource = errors.New("derive: no source")
	// ErrBaseline means that the tests fail without any mutation: they can tell nothing.
	ErrBaseline = errors.New("derive: the tests fail on the unchanged package")
	// ErrTests means that the tests could not be built or started.
	ErrTests = errors.New("derive: the tests do not run")
)
