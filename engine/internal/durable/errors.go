package durable

import "errors"

// ErrPoisoned is what every mutation returns after one has failed; the error wraps the first cause, too.
var ErrPoisoned = errors.New("engine: poisoned by a failed write")
