package crash

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Point is a crash point: the disk at the tick at which power is cut, with what is durable and what is pending. Its
// images share an index that is built when first needed, so it must be used by one goroutine at a time. It must not be
// moved once it has images.
type Point struct {
	Tick         uint64
	model        model.Model
	disk         *disk.Disk
	pending      []*pendingOp
	index        *pendingIndex
	distinct     *pendingIndex // index without ops that change no byte; see ImageOptions.Distinct
	ignoresSyncs bool          // from here on the disk ignores every sync
	start        *disk.Disk    // the disk before the ops in past; together they tell what blocks held earlier
	past         []trace.Op
}

func (p *Point) indexed() *pendingIndex {
	if p.index == nil {
		p.index = newIndex(p.pending, p.model.Unit())
	}
	return p.index
}

// indexedDistinct is indexed without ops that make no difference.
func (p *Point) indexedDistinct() *pendingIndex {
	if p.distinct == nil {
		p.distinct = newIndex(p.pending, p.model.Unit())
		p.distinct.dropIdle(p.pending, p.disk)
	}
	return p.distinct
}

// Disk returns the durable state. The caller must not modify it.
func (p *Point) Disk() *disk.Disk { return p.disk }

// Pending returns the number of ops that no sync has made durable.
func (p *Point) Pending() int { return len(p.pending) }

// PendingOp names a pending op of a crash point.
type PendingOp struct {
	ID   uint64 // the same at every crash point of a timeline where the op is pending
	Tick uint64 // tick of the call that it belongs to
	// Earlier says that an earlier power cut left it undecided. Tick is then a tick of the filesystem that lost power.
	Earlier bool
}

func (p *pendingOp) public() PendingOp { return PendingOp{uint64(p.seq), p.tick, p.inherited} }

// Ops returns the pending ops, oldest first.
func (p *Point) Ops() []PendingOp {
	ops := make([]PendingOp, len(p.pending))
	for i, op := range p.pending {
		ops[i] = op.public()
	}
	return ops
}

// ImageOptions say how an image is decided.
type ImageOptions struct {
	Chooser Chooser        // asked where the profile leaves a choice
	Limit   int            // yes-or-no answers that one observation may take before a family of subsets is tried
	Now     *atomic.Uint64 // time of the filesystem that looks at the image
	// Distinct skips questions about a sector in which no pending op changes a byte, because the images are the same
	// either way.
	Distinct bool
}

// Image returns an image in which an op is decided only if the profile leaves no choice about it.
func (p *Point) Image(o ImageOptions) *Image {
	var index *pendingIndex
	if o.Distinct {
		index = p.indexedDistinct()
	} else {
		index = p.indexed()
	}
	im := &Image{
		point: p, index: index, chooser: o.Chooser, limit: o.Limit, fates: make([]model.Fate, len(p.pending)), now: o.Now,
	}
	if f := p.model.Profile.Fate(); f != model.Undecided {
		for i := range im.fates {
			im.fates[i] = f
			if p.pending[i].evicted {
				im.fates[i] = model.Lost // a machine that keeps running replays no journal
			}
			im.count(i)
		}
	}
	im.loseAbsent()
	if p.model.Profile.RemovalsWait() {
		for i, op := range p.pending {
			if op.removes() {
				im.put(i, false)
			}
		}
	}
	return im
}
