package recovery

import (
	"context"
	"errors"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// ErrNoAnswer means that an engine did not come back from a recovery in time, or that nobody waits for it any more.
var ErrNoAnswer = errors.New("recovery: no answer")

// RecoverWithin is Recover for a caller whom nobody watches: it waits no longer than patience, and not after the end of ctx. After
// ErrNoAnswer the engine still has the image, and the prober must not be used again.
func (p *Prober) RecoverWithin(ctx context.Context, c Call, patience time.Duration) (*history.State, error) {
	type answer struct {
		state *history.State
		err   error
	}
	done := make(chan answer, 1) // buffered: perhaps nobody is waiting any more
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
