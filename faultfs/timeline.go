package faultfs

import (
	"fmt"

	"github.com/lightningdb/lightning-torture/faultfs/crash"
)

// Timeline walks the trace of a filesystem and stops at ticks at which power might be cut. It is used by one goroutine.
// The filesystem may be in use meanwhile; the timeline sees the ops recorded before it was created.
type Timeline struct {
	line *crash.Timeline
	img  *FS // the filesystem if it is a crash image, whose decisions are read under its lock
}

// NewTimeline returns a timeline positioned before the first op of fs, on a disk that behaves as the model says. seen
// matters only if fs is a crash image.
//
// If fs is a crash image, the disk at a tick depends on how much of the first crash its recovery had seen by then.
// Whatever it had not looked at is undecided again, and no sync of the recovery can make it durable. The timeline
// treats as seen what the recovery had looked at by tick seen, or by the tick to which it is advanced if that is later.
// So 0 is always correct. A timeline with seen = fs.Now() is fast, because it walks the trace only once. It is correct
// for all ticks after the last new observation of the disk; at earlier ticks, it misses the disks that contradict what
// recovery saw afterwards.
func NewTimeline(fs *FS, model Model, seen uint64) *Timeline {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	t := &Timeline{line: fs.timeline(model, seen)}
	if fs.image != nil {
		t.img = fs
	}
	return t
}

// timeline is NewTimeline for a caller that holds mu.
func (fs *FS) timeline(model Model, seen uint64) *crash.Timeline {
	if fs.image != nil {
		return crash.NewTimelineAfter(fs.image, fs.trace, model, seen)
	}
	return crash.NewTimeline(fs.trace, fs.base, model)
}

// Advance moves past the last op at or before tick and returns the crash point there. A timeline only moves forward.
func (t *Timeline) Advance(tick uint64) *CrashPoint {
	if t.img != nil {
		t.img.mu.Lock()
		defer t.img.mu.Unlock()
	}
	return &CrashPoint{Tick: tick, point: t.line.Advance(tick)}
}

// CrashPoint is the disk at a tick: what is durable, and what is pending. Its images share an index that is built when
// first needed, so it must be used by one goroutine at a time.
type CrashPoint struct {
	Tick  uint64
	point crash.Point
}

// Pending returns the number of ops that no sync has made durable.
func (p *CrashPoint) Pending() int { return p.point.Pending() }

// Ops returns the pending ops, oldest first.
func (p *CrashPoint) Ops() []PendingOp { return p.point.Ops() }

// Rot damages one durable file according to a rule, which must be AtRest. The rule's seed and draw select the file and
// the place. It returns the damaged crash point; ok is false if no file matches, none can be damaged in this way, or
// the rule does not apply at this tick. The receiver is unchanged. The hit is counted in r, which must be used by one
// goroutine at a time.
func (p *CrashPoint) Rot(r *Rule, draw uint64) (rotten *CrashPoint, done Damage, ok bool) {
	point, done, ok := p.point.Rot(r, draw)
	if !ok {
		return nil, Damage{}, false
	}
	return &CrashPoint{Tick: p.Tick, point: point}, done, true
}

// Crash cuts the power of fs at a tick, which may be in the past, on a disk that behaves as the model says. It returns
// the disk that is found afterwards, as an independent filesystem. fs itself keeps running.
func (fs *FS) Crash(tick uint64, model Model, o ImageOptions) (*FS, error) {
	if now := fs.Now(); tick > now {
		return nil, fmt.Errorf("%w: %d; the latest is %d", ErrTick, tick, now)
	}
	return NewTimeline(fs, model, tick).Advance(tick).Image(o), nil
}

// Sample returns choosers for up to most images of a crash point that has too many to try them all. Those most likely
// to expose bugs come first, such as the loss of a single call, of a file's end or of a directory's changes, and torn
// writes. The rest of the sample depends on the seed. Each chooser must be asked about each op separately, as in an
// image whose Limit is math.MaxInt; it then gives the same image whoever looks first. Two choosers may differ only in
// ops that change nothing that can be read, so that their images are the same.
func (p *CrashPoint) Sample(seed uint64, most int) []Chooser { return p.point.Sample(seed, most) }
