package sentinel

import "errors"

var (
	// ErrNotADatabase is engine.ErrNotADatabase.
	ErrNotADatabase = errors.New("engine: not a database")
	// ErrOptions is engine.ErrOptions.
	ErrOptions = errors.New("engine: bad options")
	// ErrReadOnly is engine.ErrReadOnly.
	ErrReadOnly = errors.New("engine: read-only")
)
