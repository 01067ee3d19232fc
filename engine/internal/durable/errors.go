package durable

import "errors"

// ErrPoisoned is returned by every mutation after a failed one. The error also wraps the first cause.
var ErrPoisoned = errors.New("engine: poisoned by a failed write")
