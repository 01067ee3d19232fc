package recovery

import (
	"context"
	"errors"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ErrNoAnswer means that the engine did not return from a recovery in time, or that the context ended first.
var ErrNoAnswer = errors.New("recovery: no answer")

// RecoverWithin is like Recover, for callers without a watchdog: it waits until patience has passed or ctx is done, and then
// returns ErrNoAnswer. After that the engine still uses the image, and the prober must not be used again.
func (p *Prober) RecoverWithin(ctx context.Context, c Call, patience time.Duration) (*history.State, error) {
	type answer struct {
		state *history.State
		err   error
	}
	done := make(chan answer, 1) // buffered: the receiver may be gone
	go func() {
		state, err := p.Recover(c)
		done <- answer{state, err}
	}()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case a := <-done:
		return a.state, a.err
	case <-limit.C:
	case <-ctx.Done():
	}
	return nil, ErrNoAnswer
}
