package trace

import (
	"fmt"
	"slices"
)

// Effect is what an injected fault does to an operation.
type Effect uint8

// The effects. Saved traces contain their numbers, so new ones go at the end.
const (
	NoEffect   Effect = iota
	EIO               // the call fails with EIO and changes nothing
	ENOSPC            // the call fails with ENOSPC; with Rule.Bytes a write stores what fits
	Short             // half of the bytes are written or read
	LostSync          // the sync returns success and does nothing
	FailedSync        // the sync or write-back fails; Rule.As says what becomes of the pages
	BitFlip           // one bit is inverted: on the disk, in a write, or in what a read returns
	EINTR             // the call fails with EINTR and changes nothing
	EROFS             // the filesystem is mounted read-only: calls that would change it fail
	EMFILE            // the process has too many open files
	Stale             // a block has its earlier content; for a write: nothing is stored
	Misplaced         // a block's bytes are stored in the place of another block
	Truncated         // the end of a file is missing
	Slow              // the call returns late
	Stall             // the call returns late, and all others wait for it
	Evict             // the clean pages of a file are dropped from memory
	effects
)

var effectNames = [effects]string{
	"none", "eio", "enospc", "short", "lost", "failed", "bitflip", "eintr", "readonly", "emfile", "stale", "misplaced",
	"truncated", "slow", "stall", "evict",
}

// EffectNames returns the names of all effects except NoEffect, in the order of their numbers.
func EffectNames() []string { return slices.Clone(effectNames[EIO:]) }

// EffectNamed returns the effect whose String is name, or NoEffect if no effect has that name.
func EffectNamed(name string) Effect {
	return Effect(max(0, slices.Index(effectNames[:], name)))
}

// String returns the name of the effect, which is also its name in the text of a fault rule.
func (e Effect) String() string {
	if e < effects {
		return effectNames[e]
	}
	return fmt.Sprintf("effect(%d)", uint8(e))
}
