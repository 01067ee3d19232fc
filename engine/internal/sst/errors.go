package sst

import "errors"

var (
	// ErrVersion is returned by Open for a table that a newer version of the engine wrote.
	ErrVersion = errors.New("engine: sst has an unknown format version")

	// ErrTooLarge is returned by Writer.Add for an entry that no block can hold.
	ErrTooLarge = errors.New("engine: sst entry is too large")

	// errMalformed is a block whose checksum is right and whose content is not what a Writer writes.
	errMalformed = errors.New("malformed block")
)
