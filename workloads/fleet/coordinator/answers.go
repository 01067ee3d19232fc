package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// What may wait to be answered: more is dropped, and asked again.
const (
	pendingMessages = 1024
	pendingBytes    = 64 << 20
)

// listen answers workers and operators until stop is called.
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
				c.opts.Log("an answer was not sent: " + err.Error())
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

// hello answers a worker that begins, takes an item or works on one.
func (c *Coordinator) hello(text []byte) *wire.Welcome {
	h := &wire.Hello{}
	if err := wire.Decode(text, h); err != nil {
		return &wire.Welcome{Refused: err.Error()}
	}
	if h.Protocol != wire.Protocol {
		return &wire.Welcome{Refused: fmt.Sprintf("the worker speaks version %d of the fleet's messages, and the coordinator version %d; start the worker "+
			"from the coordinator's binary", h.Protocol, wire.Protocol)}
	}
	if why := c.stranger(h.Build, h.Campaign); why != "" {
		return &wire.Welcome{Refused: why}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if h.Leaving {
		delete(c.mu.workers, h.Worker)
		c.look()
	} else if w := c.mu.workers[h.Worker]; w != nil {
		w.at, w.doing = c.opts.Now(), h.Doing
	} else if len(c.mu.workers) < workersMax {
		c.mu.workers[h.Worker] = &seen{at: c.opts.Now(), doing: h.Doing}
		c.opts.Log("worker " + h.Worker + " is here")
	}
	return &wire.Welcome{
		Over: c.over(), Campaign: c.spec.Name(), Spec: &c.spec, Stream: c.subjects.Stream(c.mu.queue), Lease: c.opts.Lease, Wait: c.wait(),
	}
}

// workersMax is how many workers are remembered. Others can work all the same.
const workersMax = 4096

// stranger says why a worker cannot take part; empty: it can. A worker without a campaign has just begun.
func (c *Coordinator) stranger(b wire.Build, campaign string) string {
	switch own := c.spec.Name(); {
	case b.ID != c.opts.Build.ID:
		return fmt.Sprintf("the worker is build %v, and the coordinator build %v; start the worker from the coordinator's binary", b, c.opts.Build)
	case campaign != "" && campaign != own:
		return fmt.Sprintf("the worker works on campaign %s, and the coordinator has campaign %s; start the worker again", campaign, own)
	}
	return ""
}

// drain lets workers finish what they do, and hands out nothing more.
func (c *Coordinator) drain() *Status {
	c.mu.Lock()
	c.mu.draining = true
	c.mu.Unlock()
	c.opts.Log("draining: workers finish what they do")
	c.look()
	return c.Status()
}
