package accounts

import (
	"errors"
	"time"

	"github.com/lightningdb/lightning-torture/engine"
)

// clock is the clock of a store. Each sync looks at it twice, before and after, and takes as long as its turn is: just as long as a
// bucket of latencies has room for, a little longer, or longer than all of them.
type clock struct {
	now   time.Time
	looks int
	took  engine.Latency // what the store should have measured
}

// Clock returns the clock that the store must have. Nothing else may look at it.
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

// syncs compares what the store says of its syncs with what the clock has seen.
func (b *Book) syncs(m *engine.Metrics) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(
		differ("syncs", m.Syncs, int64(b.clock.looks/2)),
		differ("latencies of syncs", m.SyncLatency, b.clock.took),
		differ("there is a group of syncs for each commit that was synced, by one client", m.SyncGroups >= b.now.synced, true),
		differ("there are at least as many syncs as groups of them", m.Syncs >= m.SyncGroups, true),
	)
}
