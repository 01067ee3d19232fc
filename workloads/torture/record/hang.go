package record

import (
	"context"
	"fmt"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// DefaultPatience is how long the engine may go without answering an operation or finishing a recovery before it
// counts as hanging. The slowest of the lab's own runs take a hundredth of it.
const DefaultPatience = 30 * time.Second

// Grace is how long a call of the engine that is under way is still waited for once the context is done.
const Grace = time.Second

// Hang is the error of an engine that did not return.
type Hang struct {
	from   string // the operation that it did not return from
	after  time.Duration
	stacks []string
}

func (h *Hang) Error() string {
	return fmt.Sprintf("the engine did not return from %s within %v", h.from, h.after)
}

// NewHang describes a hang, with the stacks of the goroutines that contain one of the marks.
func NewHang(from string, after time.Duration, marks ...string) *Hang {
	return &Hang{from: from, after: after, stacks: stack.Containing(marks...)}
}

// Violation returns the hang as a judge would report it.
func (h *Hang) Violation() checker.Violation {
	return checker.Violation{Class: "hang", Sentence: h.Error(), Evidence: h.stacks}
}

// await returns what arrives on done, or a *Hang if pulse stays the same for as long as patience. When ctx ends, the
// engine may finish what it has begun, but is not waited for longer than Grace; then await returns the error of ctx
// and leaves the engine running.
func await(ctx context.Context, done <-chan error, patience time.Duration, pulse func() int) error {
	const looks = 8
	ticker := time.NewTicker(max(patience/looks, time.Millisecond))
	defer ticker.Stop()
	leaving, gone := ctx.Done(), (<-chan time.Time)(nil)
	for last, still := pulse(), 0; ; {
		select {
		case err := <-done:
			return err
		case <-leaving:
			leaving, gone = nil, time.After(Grace)
			continue
		case <-gone:
			return ctx.Err()
		case <-ticker.C:
		}
		if now := pulse(); now != last {
			last, still = now, 0
		} else if still++; still >= looks {
			return NewHang("an operation", patience, "workloads.(*driver)", "record.(*runner)")
		}
	}
}
