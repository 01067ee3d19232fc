package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// renewals is the number of times that a lease is renewed within its length.
const renewals = 3

// do runs an item, delivers its result and acknowledges it.
func (w *Worker) do(ctx context.Context, welcome *wire.Welcome, m jetstream.Msg) error {
	item := &wire.Item{}
	if err := wire.Decode(m.Data(), item); err != nil || item.Campaign != welcome.Campaign {
		w.opts.Log(fmt.Sprintf("dropping an item of campaign %q: not of this campaign, or malformed: %v", item.Campaign, err))
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
	if cause := context.Cause(ctx); errors.Is(cause, ErrRefused) {
		err = cause
	}
	if err != nil || ctx.Err() != nil {
		w.settle(m.Nak()) // so that another worker gets it at once
		return err
	}
	if r.Canary != nil {
		w.canaries[item.Lap] = r.Canary.Caught
	}
	w.settle(m.Ack())
	return nil
}

// settle logs the error of an acknowledgement. Losing one is harmless: the item is handed out again, and its cell counts once.
func (w *Worker) settle(err error) {
	if err != nil {
		w.opts.Log("acknowledgement lost: " + err.Error())
	}
}

// renew renews the lease of an item, and tells the coordinator what the worker is doing, until stop is called. If the coordinator
// refuses the worker, renew calls cancel.
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
