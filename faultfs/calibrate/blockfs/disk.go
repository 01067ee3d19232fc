package blockfs

import (
	"slices"
	"sync"

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

// do applies and records a request, whose bytes it copies. It reports whether the disk took it.
func (d *disk) do(op blocklog.Op) bool {
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
