package mutants

import "errors"

// Errors of the package; test for them with errors.Is.
var (
	// ErrFormat means that a mutant's file is malformed.
	ErrFormat = errors.New("mutants: bad mutant file")
	// ErrStale means that the lines that a mutant edits are missing from the source or occur more than once.
	ErrStale = errors.New("mutants: edit does not match the source")
	// ErrBuild means that a program did not compile.
	ErrBuild = errors.New("mutants: does not build")
	// ErrLab means that a run of the lab gave no answer that can be trusted.
	ErrLab = errors.New("mutants: the lab gave no verdict")
	// ErrUnknown means that no mutant has the name asked for.
	ErrUnknown = errors.New("mutants: no such mutant")
	// ErrCheckout means that there is no source to edit.
	ErrCheckout = errors.New("mutants: they change the source, so they need a checkout of lightning-torture with its go.mod")
)
