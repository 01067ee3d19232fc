package explore

import (
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
	"github.com/lightningdb/lightning-torture/workloads/torture/visit"
)

// laterLife is the second life of a store that was recovered, and crashed again.
type laterLife struct {
	first  *firstLife
	x      *explorer
	second *secondLife
	at     origin
	// repeats says that the failure is of class doesNotRepeat: what the interrupted recovery found is decided, and the next
	// one must find the same.
	repeats bool
}

// find looks for the failure at all operations of this life, which need not be in the same order as in the life in which it
// was found. It reports whether the failure is there, and if so moves to it.
func (l *laterLife) find() bool {
	for _, op := range l.Trace() {
		if !op.Changes() || l.repeats && op.Tick > l.second.opened {
			continue
		}
		l.x.beforehandSecond(l.crash(l.Point(op.Tick)))
		for _, seen := range l.x.failures {
			if seen.alike(l.first.failure) {
				l.at.nested = seen.Nested
				return true
			}
		}
	}
	return false
}

// crash returns a crash of this life, with the judge of its failure.
func (l *laterLife) crash(point *faultfs.CrashPoint) *secondCrash {
	if l.repeats {
		return l.second.crashAt(l.at, point, l.x.judgeRepeated, l.second.repeated)
	}
	return l.second.crashAt(l.at, point, l.x.judgeSecond, l.second.accepted)
}

func (l *laterLife) Tick() uint64                { return l.at.nested.Tick }
func (l *laterLife) Trace() []faultfs.Op         { return l.second.img.Trace() }
func (l *laterLife) History() []history.Op       { return l.second.history }
func (l *laterLife) Cut(tick uint64) history.Cut { return l.second.cuts.At(tick) }
func (l *laterLife) LoseAnything()               { l.second.model.Profile = faultfs.PosixMin() }

func (l *laterLife) TraceOf(p faultfs.PendingOp) []faultfs.Op {
	if p.Earlier {
		return l.first.Trace()
	}
	return l.Trace()
}

func (l *laterLife) Point(tick uint64) *faultfs.CrashPoint {
	from := l.second.img.Now()
	if l.repeats {
		from = l.second.opened
	} else if tick <= l.second.opened {
		from = tick
	}
	return faultfs.NewTimeline(l.second.img, l.second.model, from).Advance(tick)
}

// Without returns nil: what the first crash left is decided as the second life looks at it, so its operations depend on each
// other and none can be taken out.
func (l *laterLife) Without(int, uint64) *faultfs.CrashPoint { return nil }

func (l *laterLife) Repeat() []faultfs.PendingOp {
	path := decide.PathTo(l.at.nested.Picks, l.at.path.Way())
	crash := l.crash(l.Point(l.Tick()))
	img := path.Seen(crash.point)
	l.try(img, path, crash)
	return img.Lost()
}

func (l *laterLife) Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) Acceptance {
	crash := l.crash(point)
	crash.cut = cut
	return l.try(point.Losing(lost, faultfs.ImageOptions{}), decide.NewPath(decide.OnDemand), crash)
}

func (l *laterLife) try(img *faultfs.FS, path *decide.Path, crash *secondCrash) Acceptance {
	state, err := l.x.recover(recovery.Call{Image: img}, attempt{img, l.at, path})
	v := crash.judge(crash, state, err)
	if v == nil && err == nil && len(img.Trace()) > 0 {
		v = l.x.prober.CheckFiles(img)
	}
	switch {
	case v == nil && err != nil:
		return Unjudged
	case v == nil:
		return Accepted
	}
	of := l.first.failure
	if f := (&Failure{Violation: *v, Judge: of.Judge}); f.alike(of) {
		return FailsAlike
	}
	return FailsOtherwise
}

// enduredLife is the life of a store that the last of many crashes in a row ended, or all its sessions since the first crash.
type enduredLife struct {
	first *firstLife
	model faultfs.Model
	last  lastCrash
	at    origin
}

// lifeBeforeLast repeats all crashes, or all sessions, of a failure and returns the life before its last recovery. It returns nil
// if the recoveries do not repeat.
func lifeBeforeLast(first *firstLife) Life {
	x := first.explorer()
	x.callers = true
	f := first.failure
	e := newEndurance(x, first.job(f.Tick, first.Cut(f.Tick)))
	for e.at.inARow < f.Crashes || e.at.sessions < f.Sessions {
		if x.ended() || !e.live() || !e.next(f) {
			return nil
		}
	}
	if f.Sessions > 0 {
		e.last = lastCrash{img: e.img, tick: e.img.Now(), floor: e.visitor.Floor()}
	}
	return &enduredLife{first: first, model: first.model, last: e.last, at: e.at}
}

func (l *enduredLife) Tick() uint64           { return l.last.tick }
func (l *enduredLife) Trace() []faultfs.Op    { return l.last.img.Trace() }
func (l *enduredLife) History() []history.Op  { return nil } // what clients did after the first crash is not judged
func (l *enduredLife) Cut(uint64) history.Cut { return l.at.job.cut }
func (l *enduredLife) LoseAnything()          { l.model.Profile = faultfs.PosixMin() }

func (l *enduredLife) Point(tick uint64) *faultfs.CrashPoint   { return l.last.point(l.model, tick) }
func (l *enduredLife) Without(int, uint64) *faultfs.CrashPoint { return nil }
func (l *enduredLife) TraceOf(p faultfs.PendingOp) []faultfs.Op {
	if p.Earlier {
		return nil // it was made in an earlier life, whose trace is not kept
	}
	return l.Trace()
}

func (l *enduredLife) Repeat() []faultfs.PendingOp {
	img := l.image()
	l.try(img)
	return img.Lost()
}

// image returns the disk after the last crash, or after the last session.
func (l *enduredLife) image() *faultfs.FS {
	if l.at.sessions > 0 {
		return l.Point(l.Tick()).Losing(nil, faultfs.ImageOptions{})
	}
	return l.at.path.Way().Drawn(l.Point(l.Tick()), l.last.seed, faultfs.ImageOptions{})
}

// shows recovers the disk after the last crash and reports whether it fails as before.
func (l *enduredLife) shows() bool { return l.try(l.image()) == FailsAlike }

func (l *enduredLife) Try(point *faultfs.CrashPoint, lost []uint64, _ history.Cut) Acceptance {
	return l.try(point.Losing(lost, faultfs.ImageOptions{}))
}

// try recovers an image as the last recovery did, with a client that writes to it.
func (l *enduredLife) try(img *faultfs.FS) Acceptance {
	at := l.at
	at.path, at.point = decide.NewPath(l.at.path.Way()), nil
	return l.first.explorer().visited(l.first.failure, img, at, visit.New(l.last.floor, l.at.job.draw))
}
