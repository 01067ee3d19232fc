package bench

import "errors"

var (
	// ErrConfig says that what was asked for cannot be measured.
	ErrConfig = errors.New("bench: bad configuration")
	// ErrWrong says that an engine returned a wrong value, lost a commit that it should have kept, or is damaged.
	ErrWrong = errors.New("bench: wrong result")
	// ErrChild says that the process that measured an engine failed.
	ErrChild = errors.New("bench: measurement failed")
)
