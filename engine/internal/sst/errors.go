package sst

import "errors"

var (
	// ErrVersion is returned by Open for a table written by a newer version of the engine.
	ErrVersion = errors.New("engine: sst has an unknown format version")

	// ErrTooLarge is returned by Writer.Add for an entry that no block can hold.
	ErrTooLarge = errors.New("engine: sst entry is too large")

	// errMalformed is returned for a block with a valid checksum whose content no Writer writes.
	errMalformed = errors.New("malformed block")
)
