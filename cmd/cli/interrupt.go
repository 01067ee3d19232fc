package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
)

// interruptible returns a context that the first SIGINT or SIGTERM cancels, with an [exit.Interrupt] as the cause. A
// second one ends the process. stop must be called when the context is no longer needed.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(exit.Interrupt{Signal: s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}
