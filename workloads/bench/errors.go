package bench

import "errors"

var (
	// ErrConfig means that the requested measurement is impossible.
	ErrConfig = errors.New("bench: bad configuration")
	// ErrWrong means that an engine returned a wrong value, lost a commit that it should have kept, or is damaged.
	ErrWrong = errors.New("bench: wrong result")
	// ErrChild means that the process that measured an engine failed.
	ErrChild = errors.New("bench: measurement failed")
)
