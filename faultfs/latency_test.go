package faultfs_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// clock records what was slept, and calls meanwhile.
type clock struct {
	slept     time.Duration
	meanwhile func()
}

func (c *clock) Sleep(d time.Duration) {
	c.slept += d
	if c.meanwhile != nil {
		c.meanwhile()
	}
}

func TestSlowCalls(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule string
		want time.Duration // of two writes and a sync
	}{
		{"slow write ms=5", 10 * time.Millisecond},
		{"slow write ms=5 nth=2", 5 * time.Millisecond},
		{"slow any ms=1", 3 * time.Millisecond},
		{"stall sync ms=7000", 7 * time.Second},
		{"stall sync", 30 * time.Second},
		{"slow read ms=5", 0},
	} {
		c := &clock{}
		l := &lab{t, faultfs.New(faultfs.Options{Clock: c})}
		f := l.create("f")
		l.rules(test.rule)
		l.write(f, 'a', 0, 1)
		l.write(f, 'a', 1, 1)
		l.sync(f)
		require.Equal(t, test.want, c.slept, test.rule)
		l.syncRoot()
		require.Equal(t, set{"/f=a2": true}, outcomes(l.fs, everything), "slow calls have their normal effect")
	}
}

// Without a clock nothing waits, but the rule is counted and recorded in the trace. A slow call can also fail.
func TestSlowCallsAreCounted(t *testing.T) {
	t.Parallel()
	l := &lab{t, faultfs.New(faultfs.Options{})}
	f := l.create("f")
	l.rules("slow write ms=5", "stall write", "eio write")
	require.Error(t, second(f.Write([]byte("x"))))
	require.Equal(t, map[string]uint64{"slow_write": 1, "stall_write": 1, "eio_write": 1}, l.fs.Injected())
	var faults []string
	for _, op := range l.fs.Trace()[1:] {
		faults = append(faults, op.Fault.String())
	}
	require.Equal(t, []string{"slow", "stall", "eio"}, faults)
	require.Equal(t, set{"": true, "/f=": true}, outcomes(l.fs, everything))
}

// While one call is slow others run, and see its effect.
func TestASlowCallDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	c := &clock{}
	l := &lab{t, faultfs.New(faultfs.Options{Clock: c})}
	f := l.create("f")
	c.meanwhile = func() { l.reads("a1") } // would hang if the call held the lock
	l.hit("slow write ms=5", func() { l.write(f, 'a', 0, 1) })
	require.NotZero(t, c.slept)
}

// While the disk stalls, no other call makes progress.
func TestAStalledDiskDelaysAllCalls(t *testing.T) {
	t.Parallel()
	c := &clock{}
	l := &lab{t, faultfs.New(faultfs.Options{Clock: c})}
	f := l.create("f")
	var others sync.WaitGroup
	reached := make(chan string, 2)
	c.meanwhile = func() {
		others.Go(func() {
			_, err := l.fs.Stat("f")
			reached <- "the other"
			must(err)
		})
		for range 1000 {
			runtime.Gosched() // without the stall, the other call would finish by now
		}
		reached <- "the stalled one"
	}
	l.hit("stall write", func() { l.write(f, 'a', 0, 1) })
	others.Wait()
	require.Equal(t, "the stalled one", <-reached)
}

// Recovery on a crash image can be slow as well.
func TestSlowRecovery(t *testing.T) {
	t.Parallel()
	l, c := &lab{t, faultfs.New(faultfs.Options{})}, &clock{}
	l.durable("f", 'o', 10)
	img, err := l.fs.Crash(l.fs.Now(), faultfs.Model{}, faultfs.ImageOptions{Clock: c})
	l.ok(err)
	l.fs = img
	l.hit("slow read ms=5", func() { l.reads("o10") })
	require.Equal(t, 5*time.Millisecond, c.slept)
}
