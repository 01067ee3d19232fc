package coordinator

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
)

// queue is the stream of a campaign and its bucket for evidence. Both are created whenever they are missing. Only the goroutine
// of Run creates them and uses the stream; answers to workers use the bucket at the same time.
type queue struct {
	js       jetstream.JetStream
	stream   jetstream.Stream
	evidence atomic.Pointer[jetstream.ObjectStore]
}

// Limits of the queue and the bucket.
const (
	itemBytesMax   = 4 << 10
	streamBytesMax = 64 << 20
	bucketBytesMax = 4 << 30
)

// current returns the queue in use.
func (c *Coordinator) current() wire.Queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.queue
}

// replace abandons the queue and begins another one.
//
// NB: after a stream is deleted while in use, a broker may refuse to create it again, because blocks are missing or because it
// still counts the space as used, or it may create a stream that delivers nothing. A new name avoids all of these.
func (c *Coordinator) replace(ctx context.Context, q *queue, why string) error {
	old := c.subjects.Stream(c.current())
	c.opts.Log("replacing the queue: " + why)
	c.mu.Lock()
	c.mu.queue.Number++
	c.mu.moved = c.opts.Now()
	c.mu.Unlock()
	for _, gone := range []error{q.js.DeleteStream(ctx, old), q.js.DeleteObjectStore(ctx, old)} {
		if gone != nil && !errors.Is(gone, jetstream.ErrStreamNotFound) && !errors.Is(gone, jetstream.ErrBucketNotFound) {
			c.opts.Log("removing the old queue: " + gone.Error())
		}
	}
	return c.make(ctx, q)
}

// make creates whatever is missing of the queue. It fails if an existing part has other settings that cannot be changed.
func (c *Coordinator) make(ctx context.Context, q *queue) (err error) {
	name := c.subjects.Stream(c.current())
	q.stream, err = q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: name, Subjects: []string{c.subjects.AllWork(c.current())}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgSize: itemBytesMax, MaxBytes: streamBytesMax,
		MaxMsgs: int64(2 * c.opts.Window),
	})
	if err != nil {
		return fmt.Errorf("queue %s: %w", name, err)
	}
	_, err = q.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: wire.Consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.opts.Lease, MaxAckPending: 2 * c.opts.Window, MaxDeliver: -1,
	})
	if err != nil {
		return fmt.Errorf("consumer of queue %s: %w", name, err)
	}
	bucket, err := q.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: name, Storage: jetstream.FileStorage, TTL: evidenceTTL, MaxBytes: bucketBytesMax,
	})
	if err != nil {
		return fmt.Errorf("bucket %s: %w", name, err)
	}
	q.evidence.Store(&bucket)
	return nil
}

// reconcile brings the queue to its intended content: the plan, minus counted cells and cells in progress.
func (c *Coordinator) reconcile(ctx context.Context, q *queue) error {
	err := c.make(ctx, q)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.stuck():
		err = c.replace(ctx, q, "workers receive nothing from it")
	case isAnswer(err):
		err = c.replace(ctx, q, err.Error())
	}
	if err != nil {
		return err
	}
	info, err := q.stream.Info(ctx, jetstream.WithSubjectFilter(c.subjects.AllWork(c.current())))
	if err != nil {
		return err
	}
	missing, stale, err := c.compare(info.State.Subjects)
	if err != nil {
		return err
	}
	for _, subject := range stale {
		if err := q.stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return err
		}
	}
	for _, item := range missing {
		text, err := wire.Encode(item)
		if err != nil {
			return err
		}
		if _, err := q.js.Publish(ctx, c.subjects.Work(c.current(), item.Lap, item.Cell), text); err != nil {
			return err
		}
	}
	return nil
}

// isAnswer reports whether err is a refusal by the broker itself. A broker that is away is waited for instead.
func isAnswer(err error) bool {
	refused := (*jetstream.APIError)(nil)
	return errors.As(err, &refused)
}

// stuckLeases is the number of leases without progress after which the queue counts as stuck. It exceeds one, because the items
// of a dead worker come back after one lease.
const stuckLeases = 2

// stuck reports whether idle workers have been waiting for queued items for too long.
func (c *Coordinator) stuck() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, workers := c.opts.Now(), c.alive()
	moves := c.mu.queued == 0 || len(workers) == 0
	for _, w := range workers {
		moves = moves || w.doing != nil
	}
	if moves || c.mu.moved.IsZero() {
		c.mu.moved = now
	}
	return now.Sub(c.mu.moved) > stuckLeases*c.opts.Lease
}

// compare returns the items that are missing from the queue, and the subjects that do not belong there.
func (c *Coordinator) compare(queued map[string]uint64) (missing []wire.Item, stale []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	items, err := c.todo()
	if err != nil {
		return nil, nil, err
	}
	doing := map[wire.Place]bool{}
	for _, w := range c.alive() {
		if w.doing != nil {
			doing[*w.doing] = true
		}
	}
	wanted := map[string]bool{}
	for _, item := range items {
		subject := c.subjects.Work(c.mu.queue, item.Lap, item.Cell)
		wanted[subject] = true
		if queued[subject] == 0 && !doing[item.Place] {
			missing = append(missing, item)
		}
	}
	c.mu.queued = len(missing)
	for subject := range queued {
		if wanted[subject] {
			c.mu.queued++
		} else {
			stale = append(stale, subject)
		}
	}
	return missing, stale, nil
}
