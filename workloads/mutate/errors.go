package mutate

import (
	"errors"

	"github.com/lightningdb/lightning-torture/workloads/mutate/operators"
)

// Errors of the package; test for them with errors.Is.
var (
	// ErrSource means that the package cannot be found, read or parsed.
	ErrSource = operators.ErrSource
	// ErrBaseline means that the tests fail without any mutation, so that their failures mean nothing.
	ErrBaseline = errors.New("mutate: the tests fail on the unchanged package")
	// ErrTests means that the tests could not be built or started.
	ErrTests = errors.New("mutate: the tests do not run")
)
