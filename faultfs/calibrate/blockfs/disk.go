package blockfs

import (
	"slices"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/calibrate/blocklog"
)

// disk is one served file. Its log is in the order in which requests were applied, under mu.
type disk struct {
	mu     sync.Mutex
	data   *blocklog.Disk
	before *blocklog.Disk // content before the first request in the log; nil if nothing is recorded
	log    blocklog.Log
	fail   Failure
	failed int // writes failed since fail was set
}

// fileLatency is how long writing the bytes of files takes. It gives a filesystem that does not wait for them time to
// commit before they are on the disk.
const fileLatency = 3 * time.Millisecond

// do applies and records a request, whose bytes it copies. It reports whether the disk accepted it.
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
