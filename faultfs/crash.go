package faultfs

import (
	"cmp"
	"fmt"
	"slices"
)

// Timeline walks the trace of a filesystem and stops at ticks at which power might be cut. It is used by one goroutine;
// the filesystem may be in use meanwhile, and the timeline sees the ops that were recorded before it was made.
type Timeline struct {
	model Model
	ops   []Op
	next  int // ops[:next] have happened
	disk  *disk
	queue *queue
	lies  bool  // the disk ignores every sync
	start *disk // what was durable before the first op
}

// NewTimeline returns a timeline that stands before the first op of fs, which lies on a disk as in the model.
//
// If fs is itself a crash image, the timeline ends at tick seen and starts from what the recovery on fs had seen of
// the first crash by then; whatever it had not looked at is open again, and no sync of the recovery settles it. Make a
// timeline for every tick at which recovery is to be crashed. For other filesystems seen has no meaning.
func NewTimeline(fs *FS, model Model, seen uint64) *Timeline {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.timeline(model, seen)
}

// timeline is NewTimeline for who holds mu.
func (fs *FS) timeline(model Model, seen uint64) *Timeline {
	t := &Timeline{model: model, ops: slices.Clip(fs.trace), disk: fs.base.share()}
	var left []*pendingOp
	if fs.image != nil {
		end, _ := slices.BinarySearchFunc(t.ops, seen+1, func(op Op, tick uint64) int { return cmp.Compare(op.Tick, tick) })
		t.ops = t.ops[:end]
		t.disk, left = fs.image.settle(seen)
		t.lies = fs.image.point.lies
	}
	t.queue, t.start = newQueue(model, left), t.disk.share()
	return t
}

// Advance moves behind the last op at or before tick and returns the crash point there. A timeline does not go back.
func (t *Timeline) Advance(tick uint64) *CrashPoint {
	t.advance(tick)
	return &CrashPoint{
		Tick: tick, model: t.model, disk: t.disk.share(), pending: slices.Clone(t.queue.ops), lies: t.ignores(tick),
		start: t.start, past: t.ops[:t.next],
	}
}

func (t *Timeline) advance(tick uint64) {
	for t.next < len(t.ops) && t.ops[t.next].Tick <= tick {
		t.step(&t.ops[t.next])
		t.next++
	}
}

// ignores reports whether the disk lies about a sync at a tick.
func (t *Timeline) ignores(tick uint64) bool { return t.lies || t.model.Device.ignores(tick) }

func (t *Timeline) step(op *Op) {
	switch {
	case t.fault(op):
	case op.Kind != OpSync:
		t.queue.push(op, t.above(op), t.disk)
	case op.Fault == NoEffect && !t.ignores(op.Tick):
		for _, p := range t.queue.take(op) {
			t.disk.apply(p)
		}
	default: // lost, or refused before it began
	}
}

// above returns the directories from the one in which a rename or link puts a name up to the root, root excluded, if
// that directory is a new one for the file.
func (t *Timeline) above(op *Op) []Ino {
	if len(op.Edits) == 0 || op.Kind != OpRename && op.Kind != OpLink {
		return nil
	}
	last := op.Edits[len(op.Edits)-1].Parent
	if last == rootIno || op.Kind == OpRename && op.Edits[0].Parent == last {
		return nil
	}
	parents := map[Ino]Ino{}
	for dir, n := range t.disk.inodes {
		for _, e := range n.names {
			if e.dir {
				parents[e.ino] = dir
			}
		}
	}
	for _, p := range t.queue.ops {
		for _, e := range p.edits {
			if e.Dir && e.Ino != 0 && !p.settled {
				parents[e.Ino] = e.Parent
			}
		}
	}
	var all []Ino
	for dir := last; dir != rootIno && dir != 0; dir = parents[dir] {
		all = append(all, dir)
	}
	return all
}

// CrashPoint is the disk at a tick: what is durable, and what is pending. Its images share one lazily built index, so
// it is used by one goroutine at a time.
type CrashPoint struct {
	Tick    uint64
	model   Model
	disk    *disk
	pending []*pendingOp
	index   *pendingIndex
	lies    bool  // the disk ignores every sync from here on
	start   *disk // the disk before the past: what a block may have held once
	past    []Op
}

func (p *CrashPoint) indexed() *pendingIndex {
	if p.index == nil {
		p.index = newIndex(p.pending, p.model.unit())
	}
	return p.index
}

// Pending returns the number of ops that no sync has made durable.
func (p *CrashPoint) Pending() int { return len(p.pending) }

// ImageOptions says how a crash image is decided.
type ImageOptions struct {
	Chooser Chooser // asked about pending ops where the profile leaves a choice; nil: Seeded(0)
	// Tick numbers the operations of the image; nil counts from 1. See Options.Tick.
	Tick func() uint64
	// Callers is Options.Callers of the image.
	Callers bool
	// Limit is how many undecided ops one look may meet before the chooser is asked for a member of a family of subsets
	// instead of for every op; 0 means 12.
	Limit int
	// Clock is what slow calls of the image wait on. See Options.Clock.
	Clock Clock
}

// DefaultLimit is ImageOptions.Limit where it is 0.
const DefaultLimit = 12

// Image returns the disk that recovery finds: an independent filesystem. Making it copies nothing; pending ops are
// decided when something that they could change is looked at.
func (p *CrashPoint) Image(o ImageOptions) *FS {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Chooser == nil {
		o.Chooser = Seeded(0)
	}
	fs := newFS(Options{Tick: o.Tick, Callers: o.Callers, Clock: o.Clock}, p.disk)
	im := &image{
		point: p, index: p.indexed(), chooser: o.Chooser, limit: o.Limit, fates: make([]fate, len(p.pending)), now: &fs.now,
	}
	if f := p.model.Profile.fate; f != undecided {
		for i := range im.fates {
			im.fates[i] = f
			if p.pending[i].evicted {
				im.fates[i] = lost // a machine that runs on replays no journal
			}
			im.count(i)
		}
	}
	im.loseGone()
	if p.model.Profile.removalsWait {
		for i, op := range p.pending {
			if op.removes() {
				im.put(i, false)
			}
		}
	}
	fs.image = im
	return fs
}

// Crash cuts the power of fs, on a disk as in the model, at a tick, which may lie in the past. It returns the disk that
// is found afterwards, as an independent filesystem. The filesystem itself runs on.
func (fs *FS) Crash(tick uint64, model Model, o ImageOptions) (*FS, error) {
	if now := fs.Now(); tick > now {
		return nil, fmt.Errorf("%w: %d; the latest is %d", ErrTick, tick, now)
	}
	return NewTimeline(fs, model, tick).Advance(tick).Image(o), nil
}
