package explore

import (
	"context"
	"hash/maphash"
	"slices"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

// Life is what a store did up to the crash that failed: the recorded run itself, or the second life of a recovered
// store. It recovers and judges single images for experiments: what if only this write had been lost, or that call had
// not been made?
type Life interface {
	// Tick returns the tick of the crash that failed.
	Tick() uint64
	Trace() []faultfs.Op
	History() []history.Op
	// TraceOf returns the trace of the life in which a pending operation was made, which may be an earlier life.
	TraceOf(p faultfs.PendingOp) []faultfs.Op
	// Cut returns where a crash at a tick cuts the history.
	Cut(tick uint64) history.Cut
	// Point returns the crash point at a tick.
	Point(tick uint64) *faultfs.CrashPoint
	// Without returns the crash point at a tick as if the operation at an index of the trace had not been made, or nil if
	// that cannot be known.
	Without(index int, tick uint64) *faultfs.CrashPoint
	// LoseAnything allows any pending operation to be lost from now on, also where the profile leaves no choice.
	LoseAnything()
	// Repeat recovers the image that failed and returns the operations that it had lost.
	Repeat() []faultfs.PendingOp
	// Try recovers and judges the image of a crash point that has lost exactly the pending operations with these IDs, and
	// those that cannot persist without them. cut says where to cut the history for the judges.
	Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) Acceptance
}

// Acceptance is the outcome of judging an image.
type Acceptance uint8

// The outcomes.
const (
	Accepted       Acceptance = iota
	FailsAlike                // like the life's failure, and about some of the same operations if it is about any
	FailsAkin                 // in another way, but about some of the same operations
	FailsOtherwise            // in another way
	Unjudged                  // the fault allows the engine to refuse the image, or a judge had no answer
)

// NewLife returns the life in which a failure of a subject happened, or nil if that cannot be repeated. Its judges stop when
// ctx is done.
func NewLife(ctx context.Context, s *Subject, f *Failure) Life {
	first := newFirstLife(ctx, s, f)
	if f.Judge == audit.Judge {
		if err := StandingError(s, f); err != nil {
			return lifeOfCheck(err)
		}
		return &auditedLife{first}
	}
	if f.Endured && (f.Crashes > 1 || f.Sessions > 0) {
		return lifeBeforeLast(first)
	}
	if f.Nested == nil {
		return first
	}
	x := first.explorer()
	x.callers = true
	at := origin{job: first.job(f.Tick, first.Cut(f.Tick)), path: decide.Walked(f.Picks, f.Way), leaf: f.Leaf, nested: f.Nested}
	second := x.liveAgain(at)
	if second == nil {
		return nil
	}
	l := &laterLife{first: first, x: x, second: second, at: at, repeats: f.Class == doesNotRepeat}
	if f.Way == decide.Beforehand && !l.find() {
		return nil
	}
	return l
}

func newFirstLife(ctx context.Context, s *Subject, f *Failure) *firstLife {
	r := s.Recording
	return &firstLife{
		ctx: ctx, subject: s, failure: f, cuts: record.NewCuts(r.Trace, r.History), disk: faultfs.Recorded(r.Trace), model: r.Plan.Model,
	}
}

// firstLife is the recorded run.
type firstLife struct {
	ctx     context.Context
	subject *Subject
	failure *Failure
	cuts    *record.Cuts
	disk    *faultfs.FS
	model   faultfs.Model
}

// explorer returns an explorer that belongs to no exploration.
func (l *firstLife) explorer() *explorer {
	req := NewRequest(l.subject)
	return newExplorer(&shared{req: &req, ctx: l.ctx, whole: l.ctx, seed: maphash.MakeSeed(), recovered: newRecoveredDisks(), stop: func() {}}, 0)
}

func (l *firstLife) job(tick uint64, cut history.Cut) *job {
	return &job{point: l.Point(tick), cut: cut, bounds: l.cuts.Bounds(cut), draw: l.failure.Draw}
}

func (l *firstLife) Tick() uint64                           { return l.failure.Tick }
func (l *firstLife) Trace() []faultfs.Op                    { return l.subject.Recording.Trace }
func (l *firstLife) History() []history.Op                  { return l.subject.Recording.History }
func (l *firstLife) TraceOf(faultfs.PendingOp) []faultfs.Op { return l.Trace() }
func (l *firstLife) Cut(tick uint64) history.Cut            { return l.cuts.At(tick) }
func (l *firstLife) LoseAnything()                          { l.model.Profile = faultfs.PosixMin() }

func (l *firstLife) Point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(l.disk, l.model, 0).Advance(tick)
}

func (l *firstLife) Without(index int, tick uint64) *faultfs.CrashPoint {
	trace := slices.Delete(slices.Clone(l.Trace()), index, index+1)
	return faultfs.NewTimeline(faultfs.Recorded(trace), l.model, 0).Advance(tick)
}

func (l *firstLife) Repeat() []faultfs.PendingOp {
	path := decide.PathTo(l.failure.Picks, l.failure.Way)
	point := l.Point(l.failure.Tick)
	var img *faultfs.FS
	if l.failure.Endured {
		img = l.failure.Way.Drawn(point, l.failure.Draw, faultfs.ImageOptions{})
	} else {
		img = path.Seen(point)
	}
	l.try(img, path, l.job(l.failure.Tick, l.Cut(l.failure.Tick)))
	return img.Lost()
}

func (l *firstLife) Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) Acceptance {
	j := l.job(point.Tick, cut)
	j.point = point
	return l.try(point.Losing(lost, faultfs.ImageOptions{}), decide.NewPath(decide.OnDemand), j)
}

// try recovers an image in the same way as the failing one, and judges it.
func (l *firstLife) try(img *faultfs.FS, path *decide.Path, j *job) Acceptance {
	x := l.explorer()
	at := origin{job: j, path: path, leaf: l.failure.Leaf}
	if l.failure.Lived || l.failure.Endured {
		return x.visited(l.failure, img, at, visit.New(x.subject.after, j.draw))
	}
	if l.failure.Judge == ReopeningJudge {
		at.reopened = true
		seen := x.tryOn(img, path, at, nil)
		x.keepAll(seen)
		if !seen.failed() {
			return Accepted
		}
		return x.acceptance(l.failure)
	}
	state, err := x.recover(recovery.Call{Image: img, Probe: recovery.ProbeSeed(j.draw)}, attempt{img, at, path})
	if x.accept(img, at, state, err) {
		return Accepted
	}
	return x.acceptance(l.failure)
}

// visited recovers an image, lets a client write to the store as when the failure was found, and judges the result.
func (x *explorer) visited(of *Failure, img *faultfs.FS, at origin, visitor *visit.Visitor) Acceptance {
	e := &endurance{x: x, at: at, img: img, visitor: visitor}
	if e.live() {
		return Accepted
	}
	return x.acceptance(of)
}

// LostByAll cuts the power of the recorded run at a tick, on a disk that loses every pending operation, and returns the IDs of
// the commits that the store has lost there. known is false if the store did not recover, or if the judge had no answer.
func LostByAll(ctx context.Context, s *Subject, tick uint64) (lost []int, known bool) {
	l := newFirstLife(ctx, s, &Failure{Tick: tick})
	j, x := l.job(tick, l.Cut(tick)), l.explorer()
	var ids []uint64
	for _, p := range j.point.Ops() {
		ids = append(ids, p.ID)
	}
	img, path := j.point.Losing(ids, faultfs.ImageOptions{}), decide.NewPath(decide.OnDemand)
	state, err := x.recover(recovery.Call{Image: img, Probe: recovery.ProbeSeed(j.draw)}, attempt{img, origin{job: j, path: path}, path})
	if err != nil {
		return nil, false
	}
	result := s.Judges.Durability(j.cut, state, x.rule)
	for _, v := range result.Violations {
		if v.Class == lostCommits {
			lost = v.Ops
		}
	}
	return lost, result.Verdict != checker.Inconclusive
}

// acceptance compares the failures that an explorer found in a rejected image with a given failure.
func (x *explorer) acceptance(of *Failure) Acceptance {
	found := Unjudged
	for _, f := range x.failures {
		switch {
		case f.alike(of):
			return FailsAlike
		case f.sharesOps(of):
			found = FailsAkin
		case found == Unjudged:
			found = FailsOtherwise
		}
	}
	return found
}
