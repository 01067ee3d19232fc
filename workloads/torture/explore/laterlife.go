package explore

import (
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/recovery"
)

// laterLife is the second life of a store that was recovered, and crashed again.
type laterLife struct {
	first  *firstLife
	x      *explorer
	second *secondLife
	at     origin
	// repeats says that the failure is that of a recovery which did not repeat what an interrupted one had found: all that this
	// one found is decided.
	repeats bool
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

// Without returns nil: a second life finds out as it goes on what the first crash has left.
func (l *laterLife) Without(int, uint64) *faultfs.CrashPoint { return nil }

func (l *laterLife) Repeat() []faultfs.PendingOp {
	path := pathOf(l.at.nested.Picks)
	img := l.Point(l.Tick()).Image(faultfs.ImageOptions{Chooser: path})
	l.try(img, path, l.Tick(), l.Cut(l.Tick()))
	return img.Lost()
}

func (l *laterLife) Try(img *faultfs.FS, tick uint64, cut history.Cut) Acceptance {
	return l.try(img, newPath(), tick, cut)
}

func (l *laterLife) try(img *faultfs.FS, path *searchPath, tick uint64, cut history.Cut) Acceptance {
	path.begin(img.Now)
	state, err := l.x.recover(recovery.Call{Image: img}, attempt{img, l.at, path})
	judge := l.x.judgeSecond
	if l.repeats {
		judge = l.x.judgeRepeated
	}
	v := judge(l.second, l.at, tick, cut, state, err)
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
