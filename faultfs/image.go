package faultfs

import (
	"math"

	"github.com/lightningdb/lightning-torture/faultfs/crash"
)

// ImageOptions say how a crash image is decided.
type ImageOptions struct {
	Chooser Chooser // asked about pending ops where the profile leaves a choice; nil means Seeded(0)
	// Tick numbers the operations of the image; nil counts from 1. See Options.Tick.
	Tick func() uint64
	// Callers is Options.Callers for the image.
	Callers bool
	// Limit is how many yes-or-no answers one observation may take before the chooser is asked for a member of a family
	// of subsets instead; 0 means DefaultLimit. An op takes one answer; n ops of an ordered sequence take about log2 n.
	Limit int
	// Clock is what slow calls on the image wait on. See Options.Clock.
	Clock Clock
	// Distinct skips questions that make no difference: those about a sector in which no pending op changes a byte.
	// Programs that rewrite whole pages cause many. Images with and without Distinct ask different questions, so answers
	// saved for one do not fit the other.
	Distinct bool
}

// DefaultLimit is the limit used if ImageOptions.Limit is 0.
const DefaultLimit = 12

// Image returns the disk that recovery finds, as an independent filesystem. Creating it copies nothing. Pending ops are
// decided when something that they could change is looked at.
func (p *CrashPoint) Image(o ImageOptions) *FS {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Chooser == nil {
		o.Chooser = Seeded(0)
	}
	fs := newFS(Options{Tick: o.Tick, Callers: o.Callers, Clock: o.Clock}, p.point.Disk())
	fs.image = p.point.Image(crash.ImageOptions{Chooser: o.Chooser, Limit: o.Limit, Now: &fs.now, Distinct: o.Distinct})
	return fs
}

// Losing returns the disk that has lost the pending ops with the given IDs, together with everything that follows them,
// and has kept all others. IDs that are not pending are ignored.
func (p *CrashPoint) Losing(ids []uint64, o ImageOptions) *FS {
	o.Chooser, o.Limit = p.point.Losing(ids), math.MaxInt // the chooser is asked about each op separately
	return p.Image(o)
}

// Sampled reports whether some observation of this crash image would have taken more answers than its limit, in which
// case the images tried are only a sample.
func (fs *FS) Sampled() bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.image != nil && fs.image.Sampled()
}

// Model returns the rules by which this crash image was made, or the zero Model if it is not a crash image.
func (fs *FS) Model() Model {
	if fs.image == nil {
		return Model{}
	}
	return fs.image.Model()
}

// LostBytes returns how many bytes of pending writes this crash image is known to have lost.
func (fs *FS) LostBytes() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return 0
	}
	return fs.image.LostBytes()
}

// Lost returns the pending ops that this crash image is known to have lost, oldest first.
func (fs *FS) Lost() []PendingOp {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return nil
	}
	return fs.image.Lost()
}

// Decided returns, by ID, the pending ops that have been decided so far, and whether this crash image has them. If the
// chooser of another image of the same crash point gives these answers, both are the same disk, whoever looks at it
// first and in whatever order. Its limit must be high enough that it asks about each op separately.
func (fs *FS) Decided() map[uint64]bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return nil
	}
	return fs.image.Decided()
}

// Fates returns, by tick, what became of each operation that was pending when power was cut: "kept", "lost", "torn" if
// only parts of it were kept, or "unseen" if nothing has looked at it yet. Operations not in the map were durable.
func (fs *FS) Fates() map[uint64]string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return nil
	}
	return fs.image.Fates()
}
