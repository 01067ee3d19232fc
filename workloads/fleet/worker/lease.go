package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// renewals is how often a lease is renewed before it would end.
const renewals = 3

// do does an item, delivers what came of it, and acknowledges it.
func (w *Worker) do(ctx context.Context, welcome *wire.Welcome, m jetstream.Msg) error {
	item := &wire.Item{}
	if err := wire.Decode(m.Data(), item); err != nil || item.Campaign != welcome.Campaign {
		w.opts.Log(fmt.Sprintf("an item is not one of this campaign, and dropped: %q, %v", item.Campaign, err))
		w.settle(m.Term())
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := w.renew(ctx, cancel, m, welcome.Lease/renewals, &item.Place)
	defer stop()
	r, err := w.opts.Doer.Do(ctx, welcome.Spec, item, !w.canaries[item.Lap])
	if err == nil && ctx.Err() == nil {
		err = w.deliver(ctx, welcome, r)
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, ErrRefused):
		return cause
	case cause != nil || err != nil:
		w.settle(m.Nak()) // for somebody else, at once
		return err
	}
	if r.Canary != nil {
		w.canaries[item.Lap] = r.Canary.Caught
	}
	w.settle(m.Ack())
	return nil
}

// settle drops the error of an acknowledgement: if it was lost, the item comes again, and its cell is counted already.
func (w *Worker) settle(err error) {
	if err != nil {
		w.opts.Log("an acknowledgement was lost: " + err.Error())
	}
}

// renew renews the lease of an item until stop is called, and tells the coordinator what the worker does. If that refuses, it cancels.
func (w *Worker) renew(ctx context.Context, cancel context.CancelCauseFunc, m jetstream.Msg, every time.Duration, doing *wire.Place) (stop func()) {
	renewing, stopRenewing := context.WithCancel(ctx)
	over := make(chan struct{})
	text, err := wire.Encode(w.hello(doing))
	go func() {
		defer close(over)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for err == nil {
			answer := &wire.Welcome{}
			if w.request(renewing, w.subjects.Hello(), text, answer) == nil && answer.Refused != "" {
				cancel(fmt.Errorf("%w: %s", ErrRefused, answer.Refused))
				return
			}
			select {
			case <-ticker.C:
				w.settle(m.InProgress())
			case <-renewing.Done():
				return
			}
		}
	}()
	return func() {
		stopRenewing()
		<-over
	}
}
