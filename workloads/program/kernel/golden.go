package kernel

import (
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// ErrNotRepeated is returned if a dump is to judge a program whose second run differs from the first.
var ErrNotRepeated = errors.New("kernel: a dump is compared with that of a second run of the program, and that run differed; write a checker")

// errNoGolden is returned if a dump is to judge a recording that was made without one.
var errNoGolden = errors.New("the recording has no states after kills for the dump; record the program with --dump, or write a checker")

// sameAcks reports whether the second run of a program has acknowledged the same lines.
func sameAcks(golden, acks []program.Ack) error {
	if len(golden) != len(acks) {
		return fmt.Errorf("%w: it acknowledged %d lines instead of %d", ErrNotRepeated, len(golden), len(acks))
	}
	for i := range acks {
		if golden[i].Text != acks[i].Text {
			return fmt.Errorf("%w: it acknowledged %q instead of %q", ErrNotRepeated, golden[i].Text, acks[i].Text)
		}
	}
	return nil
}
