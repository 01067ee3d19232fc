package blockfs

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// disk is one served file. Its log is in the order in which requests were applied, under mu.
type disk struct {
	mu     sync.Mutex
	data   *blocklog.Disk
	before *blocklog.Disk // content before the first request in the log; nil if nothing is recorded
	log    blocklog.Log
	fail   Failure
	failed int // writes failed since fail was set
	rules  []*rule.Rule

	slow    Latencies
	flushes atomic.Int64 // flushes still to be slow
}

// Latencies slow down disks, which would otherwise answer in microseconds.
type Latencies struct {
	// FileBytes is how long a write takes if blocklog recognizes it as the bytes of a test program's file. A filesystem
	// that does not wait for these bytes then has time to commit before they are on the disk.
	FileBytes time.Duration
	// Flush is how long each of the first Flushes flushes of a recording takes. A program that does not wait for its
	// sync then has time to go on.
	Flush   time.Duration
	Flushes int
}

// do applies and records a request, whose bytes it copies. It reports whether the disk accepted it.
func (d *disk) do(op blocklog.Op) bool {
	d.wait(op)
	d.mu.Lock()
	defer d.mu.Unlock()
	if op.Kind == blocklog.Write && d.fail.hits(op) {
		d.fail.Times--
		d.failed++
		return false
	}
	if d.hit(op) {
		return false
	}
	d.data.Do(op)
	if d.before != nil {
		op.Data = slices.Clone(op.Data)
		d.log = append(d.log, op)
	}
	return true
}

// hit reports whether a rule hits a request.
func (d *disk) hit(op blocklog.Op) (hit bool) {
	kind, fails := map[blocklog.Kind]trace.OpKind{blocklog.Write: trace.OpWrite, blocklog.Flush: trace.OpSync}[op.Kind]
	for _, r := range d.rules {
		if fails && r.Sees(kind, "", "") && r.Fires() {
			hit = true // no break: every rule counts its matches
		}
	}
	return hit
}

// wait waits as long as a request takes.
func (d *disk) wait(op blocklog.Op) {
	switch {
	case op.Kind == blocklog.Flush && d.flushes.Load() > 0 && d.flushes.Add(-1) >= 0:
		time.Sleep(d.slow.Flush)
	case d.slow.FileBytes > 0 && op.HasFileBytes():
		time.Sleep(d.slow.FileBytes)
	}
}

func (d *disk) read(b []byte, off int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.data.Read(b, off)
}
