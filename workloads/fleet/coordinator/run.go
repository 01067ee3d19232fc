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

// How long the broker may take for one call, and for the evidence of one finding. A call about a stream that is deleted meanwhile may
// never be answered.
const (
	callPatience     = 3 * time.Second
	evidencePatience = 30 * time.Second
)

// goodbye is how many waits of idle workers the coordinator stays at the end, so that they hear of it.
const goodbye = 3

// Run hands out cells and counts results, until all laps are done, the fleet was drained, or ctx is done, which is no error. Others are
// soak.ErrBlind and those of the ledger. A broker that does not answer is waited for. Run is called once.
func (c *Coordinator) Run(ctx context.Context, conn *nats.Conn) error {
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(callPatience))
	if err != nil {
		return err
	}
	c.mu.Lock()
	err = c.add(&ledger.Event{Start: &ledger.Start{
		Campaign: c.spec.Name(), Build: c.opts.Build.ID, Version: c.opts.Build.Version, Commit: c.opts.Build.Commit, PID: os.Getpid(), Fleet: true,
	}})
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

// first makes the queue for the first time: workers are answered once it is there.
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

// work looks at the queue again and again.
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
				left++ // a worker has left, or a result has come: the others have as much time as before
			}
		}
		if err := c.reconcile(ctx, q); err != nil && ctx.Err() == nil {
			c.opts.Log("the queue: " + err.Error())
		}
	}
}

// ended reports whether there is no more work, and whether no worker is left that has to be told.
func (c *Coordinator) ended() (done, quiet bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	workers := c.alive()
	if c.mu.draining {
		for _, w := range workers {
			if w.doing != nil {
				return false, false // it gets the time that its cell takes
			}
		}
	}
	return c.over() != "", len(workers) == 0
}

// finish says in the ledger why the campaign ends here.
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
