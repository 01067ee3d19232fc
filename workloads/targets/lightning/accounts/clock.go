package accounts

import (
	"errors"
	"time"

	"github.com/lightningdb/lightning-torture/engine"
)

// clock is the clock of a store. Each sync reads it twice, at its start and its end. The durations of successive syncs
// cycle through the edges of the latency buckets: exactly the upper bound of a bucket, a little more than it, and
// finally more than every bound.
type clock struct {
	now   time.Time
	looks int
	took  engine.Latency // what the store should have measured so far
}

// Clock returns the clock to open the store with. Nothing but the store may read it.
func (b *Book) Clock() func() time.Time {
	return func() time.Time {
		b.mu.Lock()
		defer b.mu.Unlock()
		c := &b.clock
		if c.looks++; c.looks%2 == 0 {
			c.pass()
		}
		return c.now
	}
}

func (c *clock) pass() {
	const beyond = time.Microsecond
	turn := c.looks / 2 % (2 * len(engine.LatencyBounds))
	bucket, took := turn/2, engine.LatencyBounds[turn/2]
	if turn%2 == 1 {
		bucket, took = bucket+1, took+beyond
	}
	c.now = c.now.Add(took)
	c.took.Counts[bucket]++
	c.took.Sum += took
}

// syncs compares the store's figures about its syncs with what the clock has seen.
func (b *Book) syncs(m *engine.Metrics) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(
		differ("syncs", m.Syncs, int64(b.clock.looks/2)),
		differ("latencies of syncs", m.SyncLatency, b.clock.took),
		differ("one client: at least one group of syncs for each synced commit", m.SyncGroups >= b.now.synced, true),
		differ("at least as many syncs as groups of syncs", m.Syncs >= m.SyncGroups, true),
	)
}
