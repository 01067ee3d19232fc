package crash

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Damage is what happened to a disk at rest.
type Damage struct {
	// Effect is BitFlip, Stale, Misplaced or Truncated. It is absent in damage saved when BitFlip was the only effect.
	Effect trace.Effect `json:",omitempty"`
	Path   string
	// Off is the offset of the byte with the flipped bit, the offset of the stale or misplaced block, or the remaining size.
	Off  int64
	Bit  int    // for BitFlip: the bit, 0 to 7
	From string `json:",omitempty"` // for Misplaced: the file whose bytes are there now
	At   int64  `json:",omitempty"` // for Misplaced: their offset in that file
}

// String describes the damage in one sentence.
func (d Damage) String() string {
	switch d.Effect {
	case trace.Stale:
		return fmt.Sprintf("the block at byte %d of %s holds what it held before", d.Off, d.Path)
	case trace.Misplaced:
		return fmt.Sprintf("the block at byte %d of %s holds the one at byte %d of %s", d.Off, d.Path, d.At, d.From)
	case trace.Truncated:
		return fmt.Sprintf("%s ends after %d bytes", d.Path, d.Off)
	default:
		return fmt.Sprintf("bit %d of byte %d of %s was flipped", d.Bit, d.Off, d.Path)
	}
}
