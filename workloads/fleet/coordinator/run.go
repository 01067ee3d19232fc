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

// goodbye is how many waits of an idle worker the coordinator stays at the end, so that all workers learn that it is
// over.
const goodbye = 3

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

// work keeps the queue filled until there is no more work and the workers have been told, or the campaign fails.
func (c *Coordinator) work(ctx context.Context, q *queue) error {
	ticker := time.NewTicker(c.opts.Tick)
	defer ticker.Stop()
	left := goodbye
	for {
		if done, quiet := c.ended(); done {
			if left--; quiet && left < goodbye-1 || left < 0 {
				return nil
			}
			ticker.Reset(c.wait())
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-c.failed:
			return err
		case <-ticker.C:
		case <-c.wake:
			if done, _ := c.ended(); done {
				left++ // a worker has left or delivered, so this round does not count against the others
			}
		}
		if err := c.reconcile(ctx, q); err != nil && ctx.Err() == nil {
			c.opts.Log("the queue: " + err.Error())
		}
	}
}

// ended reports whether there is no more work, and whether no worker is left to hear of it.
func (c *Coordinator) ended() (done, quiet bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	workers := c.alive()
	if c.mu.draining {
		for _, w := range workers {
			if w.doing != nil {
				return false, false // wait for its cell, however long it takes
			}
		}
	}
	return c.over() != "", len(workers) == 0
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
