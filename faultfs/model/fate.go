package model

// Fate is what became of a pending op in one crash image.
type Fate uint8

// The fates.
const (
	Undecided Fate = iota // no one has looked at anything that the op could change
	Kept                  // the disk has it
	Lost                  // the disk does not have it
)
