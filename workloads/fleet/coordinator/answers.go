package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// Limits on the requests that wait for an answer. Further ones are dropped; workers ask again.
const (
	pendingMessages = 1024
	pendingBytes    = 64 << 20
)

// listen answers requests of workers and operators until stop is called.
func (c *Coordinator) listen(ctx context.Context, conn *nats.Conn, q *queue) (stop func() error, err error) {
	var all []*nats.Subscription
	stop = func() (err error) {
		for _, s := range all {
			if bad := s.Unsubscribe(); bad != nil && !errors.Is(bad, nats.ErrConnectionClosed) {
				err = errors.Join(err, bad)
			}
		}
		return err
	}
	for subject, answer := range map[string]func([]byte) any{
		c.subjects.Hello():  func(text []byte) any { return c.hello(text) },
		c.subjects.Result(): func(text []byte) any { return c.result(ctx, q, text) },
		c.subjects.Status(): func([]byte) any { return c.Status() },
		c.subjects.Drain():  func([]byte) any { return c.drain() },
	} {
		s, err := conn.Subscribe(subject, func(m *nats.Msg) {
			text, err := wire.Encode(answer(m.Data))
			if err == nil {
				err = m.Respond(text)
			}
			if err != nil && !errors.Is(err, nats.ErrMsgNoReply) {
				c.opts.Log("sending an answer: " + err.Error())
			}
		})
		if err == nil {
			all = append(all, s)
			err = s.SetPendingLimits(pendingMessages, pendingBytes)
		}
		if err != nil {
			return nil, errors.Join(err, stop())
		}
	}
	return stop, nil
}

// wait is how long a worker waits for an item before it asks again.
func (c *Coordinator) wait() time.Duration { return min(c.opts.Lease/3, 5*time.Second) }

// hello answers a worker, which says hello when it starts, before it takes an item, while it works on one and when it leaves.
func (c *Coordinator) hello(text []byte) *wire.Welcome {
	h := &wire.Hello{}
	if err := wire.Decode(text, h); err != nil {
		return &wire.Welcome{Refused: err.Error()}
	}
	if h.Protocol != wire.Protocol {
		return &wire.Welcome{Refused: fmt.Sprintf("the worker uses version %d of the fleet's protocol, but the coordinator version %d; start the worker "+
			"from the coordinator's binary", h.Protocol, wire.Protocol)}
	}
	if why := c.stranger(h.Build, h.Campaign); why != "" {
		return &wire.Welcome{Refused: why}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if h.Leaving {
		delete(c.mu.workers, h.Worker)
		delete(c.mu.silent, h.Worker)
		c.look()
	} else if w := c.mu.workers[h.Worker]; w != nil {
		w.at, w.doing = c.opts.Now(), h.Doing
	} else if len(c.mu.workers) < workersMax {
		c.mu.workers[h.Worker] = &seen{at: c.opts.Now(), doing: h.Doing}
		delete(c.mu.silent, h.Worker)
		c.opts.Log("worker " + h.Worker + " is here")
	}
	return &wire.Welcome{
		Over: c.over(), Campaign: c.spec.Name(), Spec: &c.spec, Stream: c.subjects.Stream(c.mu.queue), Lease: c.opts.Lease, Wait: c.wait(),
	}
}

// workersMax is the number of workers that the coordinator keeps track of. Further ones can work, but do not show up.
const workersMax = 4096

// stranger returns why a worker cannot take part, or "" if it can. A worker that has just started has no campaign yet.
func (c *Coordinator) stranger(b wire.Build, campaign string) string {
	switch own := c.spec.Name(); {
	case b.ID != c.opts.Build.ID:
		return fmt.Sprintf("the worker is build %v, but the coordinator is build %v; start the worker from the coordinator's binary", b, c.opts.Build)
	case campaign != "" && campaign != own:
		return fmt.Sprintf("the worker works on campaign %s, but the coordinator runs campaign %s; restart the worker", campaign, own)
	}
	return ""
}

// drain stops handing out items. Workers finish the cells that they have.
func (c *Coordinator) drain() *Status {
	c.mu.Lock()
	c.mu.draining = true
	c.mu.Unlock()
	c.opts.Log("draining: workers finish their cells")
	c.look()
	return c.Status()
}
