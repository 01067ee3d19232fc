package pebble_test

import (
	"context"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/pebble"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// BenchmarkCrashImages compares how many images the lab judges with how many Pebble can open, read and close at all.
// bare-images/s is the speed of a loop that does nothing else, on copies of the same images. See PERFORMANCE.md.
func BenchmarkCrashImages(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(500)) // as the command does
	for _, limits := range []string{torture.UsualLimits, ""} {
		name := limits
		if name == "" {
			name = "drawn"
		}
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				var c copier
				r, err := torture.Check(context.Background(), c.target(), torture.Options{
					Workloads: []string{"register", "kv"}, Faults: []string{"power"}, Seed: uint64(i + 1), Clients: 1, Ops: 40, Keys: 300,
					Rounds: 1, Limits: limits, NoShrink: true, Workers: 1, CrashPoints: 60,
				})
				require.NoError(b, err)
				begin := time.Now()
				c.recover(b)
				b.ReportMetric(float64(len(c.images))/time.Since(begin).Seconds(), "bare-images/s")
				b.ReportMetric(r.ImagesPerSecond, "images/s")
				b.ReportMetric(r.LabShare, "lab-share")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// copier copies images before Pebble recovers them.
type copier struct {
	mu     sync.Mutex
	seen   int
	images []torture.Env
}

// Of the images after the first copiesFrom, one in copiesEach is copied, up to copiesMost. At first the lab decides images while Pebble
// looks at them.
const copiesFrom, copiesEach, copiesMost = 300, 4, 1000

func (c *copier) target() torture.Target {
	t := pebble.Target()
	open := t.Open
	t.Open = func(env torture.Env) (workloads.Store, error) {
		if disk, ok := env.FS.(*faultfs.FS); ok && !env.Watched() {
			if err := c.copy(env, disk); err != nil {
				return nil, err
			}
		}
		return open(env)
	}
	return t
}

func (c *copier) copy(env torture.Env, disk *faultfs.FS) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen++; c.seen < copiesFrom || c.seen%copiesEach != 0 || len(c.images) == copiesMost {
		return nil
	}
	img, err := disk.Crash(disk.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{})
	env.FS = img
	c.images = append(c.images, env)
	return err
}

// recover opens, reads and closes each of the images.
func (c *copier) recover(b *testing.B) {
	b.Helper()
	for _, env := range c.images {
		s, err := pebble.Open(env)
		if err != nil {
			continue // what the lab finds in Pebble itself
		}
		require.NoError(b, workloads.ReadAll(s, &history.State{}))
		require.NoError(b, s.Close())
	}
}
