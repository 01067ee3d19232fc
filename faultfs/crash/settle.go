package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// settle returns the disk as it had been decided by the given tick, in the image's own time, and the ops that were
// still undecided at that tick. The disk may or may not have each of those, and no later sync makes it durable.
//
// Ops that change no byte are dropped. No one asks about them, not even a program that overwrites them, so an op that
// stayed pending could later undo what was written over it.
func (im *Image) settle(tick uint64) (*disk.Disk, []*pendingOp) {
	fates := slices.Clone(im.fates)
	for i := len(im.log) - 1; i >= 0 && im.log[i].tick > tick; i-- {
		fates[im.log[i].op] = model.Undecided
	}
	im.restoreOvertaken(fates)
	left := 0
	for i, f := range fates {
		if f == model.Undecided && im.index.idle != nil && im.index.idle[i] {
			fates[i] = model.Lost
		} else if f == model.Undecided {
			left++
		}
	}
	d, unsized := im.point.disk.Share(), map[trace.Ino]bool{}
	open, copies := make([]*pendingOp, 0, left), make([]pendingOp, 0, left)
	for i, p := range im.point.pending {
		switch fates[i] {
		case model.Kept:
			p.apply(d)
			if p.cut {
				open = clip(open, p.ino, p.seq, p.size)
			}
		case model.Undecided:
			copies = append(copies, *p)
			c := &copies[len(copies)-1]
			if p.failedBytes() {
				c.place = unordered
			}
			c.inherited, c.failed, c.evicted = true, false, false
			open = append(open, c)
			unsized[p.ino] = unsized[p.ino] || p.kind == pendingSize
		case model.Lost:
		}
	}
	return d, clipSized(d, open, unsized)
}

// restoreOvertaken marks lost sizes as kept if a later size of the same file was kept. The later size overrides them,
// but bytes can be stored in a file only once its size covers them, and settle applies ops in order.
func (im *Image) restoreOvertaken(fates []model.Fate) {
	overtaken := map[trace.Ino]bool{}
	for i, p := range slices.Backward(im.point.pending) {
		switch {
		case p.kind != pendingSize:
		case fates[i] == model.Kept:
			overtaken[p.ino] = true
		case fates[i] == model.Lost && overtaken[p.ino]:
			fates[i] = model.Kept
		}
	}
}

// clipSized removes from the open data ops all bytes beyond the size of a file whose size is decided. They are in no
// block of the file, so they must not come back when the file grows.
func clipSized(d *disk.Disk, open []*pendingOp, unsized map[trace.Ino]bool) []*pendingOp {
	for _, p := range slices.Clone(open) {
		if p.kind == pendingData && !unsized[p.ino] && p.end() > d.Size(p.ino) {
			open = clip(open, p.ino, p.seq+1, d.Size(p.ino))
		}
	}
	return open
}
