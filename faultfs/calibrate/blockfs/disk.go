package blockfs

import (
	"slices"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/calibrate/blocklog"
)

// disk is one served file. The order of its log is the order in which requests were applied, under mu.
type disk struct {
	mu     sync.Mutex
	data   *blocklog.Disk
	before *blocklog.Disk // what the first request of the log found; nil if nothing is recorded
	log    blocklog.Log
	fail   Failure
	failed int // writes, since fail was set
}

// fileLatency is how long the bytes of files take. It lets a filesystem that does not wait for them commit before they are
// there.
const fileLatency = 3 * time.Millisecond

// do applies and records a request, whose bytes it copies. It reports whether the disk took it.
func (d *disk) do(op blocklog.Op) bool {
	if op.HasFileBytes() {
		time.Sleep(fileLatency)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if op.Kind == blocklog.Write && d.fail.hits(op) {
		d.fail.Times--
		d.failed++
		return false
	}
	d.data.Do(op)
	if d.before != nil {
		op.Data = slices.Clone(op.Data)
		d.log = append(d.log, op)
	}
	return true
}

func (d *disk) read(b []byte, off int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.data.Read(b, off)
}
