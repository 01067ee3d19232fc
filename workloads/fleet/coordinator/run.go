package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Timeouts of a call to the broker, and of fetching the evidence of one finding. A broker may never answer a call about a stream
// that is deleted meanwhile.
const (
	callPatience     = 3 * time.Second
	evidencePatience = 30 * time.Second
)

// Run hands out cells and counts results until all laps are done, the fleet is drained or ctx is done. None of these is an error.
// Errors are soak.ErrBlind and those of the ledger. Run waits for a broker that does not answer. Call it once.
func (c *Coordinator) Run(ctx context.Context, conn *nats.Conn) error {
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(callPatience))
	if err != nil {
		return err
	}
	c.mu.Lock()
	err = c.add(&ledger.Event{Start: &ledger.Start{
		Campaign: c.spec.Name(), Build: c.opts.Build.ID, Version: c.opts.Build.Version, Commit: c.opts.Build.Commit, PID: os.Getpid(), Fleet: true,
	}})
	if err == nil {
		err = c.completeLeft()
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	q := &queue{js: js}
	c.first(ctx, q)
	stop, err := c.listen(ctx, conn, q)
	if err != nil {
		return err
	}
	err = c.work(ctx, q)
	return errors.Join(c.finish(ctx, err), stop())
}

// first creates the queue, retrying until it succeeds. Workers are answered only after that.
func (c *Coordinator) first(ctx context.Context, q *queue) {
	for {
		err := c.reconcile(ctx, q)
		if err == nil || ctx.Err() != nil {
			return
		}
		c.opts.Log("the queue: " + err.Error())
		select {
		case <-time.NewTimer(c.wait()).C:
		case <-ctx.Done():
		}
	}
}

// work keeps the queue filled until there is no more work and the workers have left, or the campaign fails. At the end it waits at least
// as long as an idle worker does, because an earlier coordinator may have had workers.
func (c *Coordinator) work(ctx context.Context, q *queue) error {
	ticker := time.NewTicker(c.opts.Tick)
	defer ticker.Stop()
	waited, said := false, false
	for {
		done, missed := c.ended()
		if done {
			if missed == 0 && waited {
				return nil
			}
			if waited && !said {
				c.opts.Log(fmt.Sprintf("it is over; waiting for %d workers, for up to %v", missed, c.opts.Farewell))
				said = true
			}
			ticker.Reset(c.wait())
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-c.failed:
			return err
		case <-ticker.C:
			waited = done
		case <-c.wake:
		}
		if err := c.reconcile(ctx, q); err != nil && ctx.Err() == nil {
			c.opts.Log("the queue: " + err.Error())
		}
	}
}

// ended reports whether there is no more work, and how many workers have yet to hear of it.
func (c *Coordinator) ended() (done bool, missed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.draining {
		for _, w := range c.alive() {
			if w.doing != nil {
				return false, 0 // wait for the cell in progress, however long it takes
			}
		}
	}
	return c.over() != "", c.missed()
}

// finish records in the ledger why the campaign stops here.
func (c *Coordinator) finish(ctx context.Context, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	reason := c.over()
	switch {
	case err != nil:
		reason = err.Error()
	case reason == "":
		reason = fmt.Sprint(context.Cause(ctx))
	}
	if added := c.add(&ledger.Event{Stop: &ledger.Stop{Reason: reason}}); added != nil {
		if errors.Is(added, ledger.ErrBroken) {
			return err
		}
		return errors.Join(err, added)
	}
	return errors.Join(err, c.mu.journal.Mark())
}
