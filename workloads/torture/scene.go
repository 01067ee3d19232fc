package torture

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// scene is a part of a run in which power was cut: the recorded run itself, or the second life of a recovered store.
type scene interface {
	// crash returns the tick of the crash that failed, and the image that did.
	crash() (tick uint64, picks []choice)
	trace() []faultfs.Op
	history() []history.Op
	cuts() *cuts
	// point returns the crash point at a tick.
	point(tick uint64) *faultfs.CrashPoint
	// op returns the call that a pending op is a part of, and where to look for its source.
	op(p faultfs.PendingOp) (*faultfs.Op, *sources)
	// without returns the crash point at a tick as if the operation of that index in the trace had not been made; nil if
	// that cannot be told.
	without(index int, tick uint64) *faultfs.CrashPoint
	// free lets any pending operation be lost from now on, also where the profile decides.
	free()
	// accept recovers and judges an image.
	accept(img *faultfs.FS, path *choices, cut history.Cut, tick uint64) acceptance
}

// acceptance is what comes of an image in a scene.
type acceptance uint8

const (
	accepted   acceptance = iota
	failsAlike            // in the way that the scene is about
	failsOtherwise
	unjudged // the fault allows the engine to refuse it, or a judge had no answer
)

// newScene returns where a failure happened; nil if that cannot be repeated.
func newScene(e *exploration, f *failure) scene {
	first := &firstLife{e: e, f: f, at: newCuts(e.trace, e.history), fs: faultfs.Recorded(e.trace), model: e.plan.model}
	if f.nested == nil {
		return first
	}
	w := newWorker(e, &progress{})
	w.callers = true
	cut := first.at.at(f.tick)
	j := &job{point: first.point(f.tick), cut: cut, bounds: first.at.bounds(cut), draw: f.draw}
	at := way{job: j, path: &choices{steps: f.picks, pos: len(f.picks), turned: -1}, leaf: f.leaf, nested: f.nested}
	life := w.secondLife(at)
	if life == nil {
		return nil
	}
	return &secondScene{firstLife: first, w: w, s: life, way: at}
}

// firstLife is the recorded run.
type firstLife struct {
	e     *exploration
	f     *failure
	at    *cuts
	fs    *faultfs.FS
	model faultfs.Model
}

func (s *firstLife) crash() (uint64, []choice) { return s.f.tick, s.f.picks }
func (s *firstLife) trace() []faultfs.Op       { return s.e.trace }
func (s *firstLife) history() []history.Op     { return s.e.history }
func (s *firstLife) cuts() *cuts               { return s.at }

func (s *firstLife) point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(s.fs, s.model, 0).Advance(tick)
}

func (s *firstLife) without(index int, tick uint64) *faultfs.CrashPoint {
	trace := slices.Delete(slices.Clone(s.e.trace), index, index+1)
	return faultfs.NewTimeline(faultfs.Recorded(trace), s.model, 0).Advance(tick)
}

func (s *firstLife) free() { s.model.Profile = faultfs.PosixMin() }

func (s *firstLife) op(p faultfs.PendingOp) (*faultfs.Op, *sources) { return opAt(s.e.trace, p.Tick) }

func opAt(trace []faultfs.Op, tick uint64) (*faultfs.Op, *sources) {
	i := slices.IndexFunc(trace, func(op faultfs.Op) bool { return op.Tick == tick })
	return &trace[i], newSources(trace)
}

func (s *firstLife) accept(img *faultfs.FS, path *choices, cut history.Cut, tick uint64) acceptance {
	w := newWorker(s.e, &progress{})
	j := job{point: s.point(tick), cut: cut, draw: s.f.draw, bounds: s.at.bounds(cut)}
	at := way{job: &j, path: path}
	path.begin(img.Now)
	found := accepted
	if !w.accept(img, at, w.recover(recovery{img: img, probe: probeSeed(j.draw)}, inside{img, at, path})) {
		found = unjudged
	}
	for _, f := range w.failures {
		if f.kind() == s.f.kind() {
			return failsAlike
		}
		found = failsOtherwise
	}
	return found
}

// secondScene is the second life of a store that was recovered, and crashed again.
type secondScene struct {
	*firstLife
	w   *worker
	s   *second
	way way
}

func (s *secondScene) crash() (uint64, []choice) { return s.f.nested.Tick, s.f.nested.Picks }
func (s *secondScene) trace() []faultfs.Op       { return s.s.img.Trace() }
func (s *secondScene) history() []history.Op     { return s.s.history }
func (s *secondScene) cuts() *cuts               { return s.s.cuts }

func (s *secondScene) point(tick uint64) *faultfs.CrashPoint {
	if tick <= s.s.opened {
		return faultfs.NewTimeline(s.s.img, s.s.model, tick).Advance(tick)
	}
	return faultfs.NewTimeline(s.s.img, s.s.model, s.s.img.Now()).Advance(tick)
}

func (s *secondScene) op(p faultfs.PendingOp) (*faultfs.Op, *sources) {
	if p.Earlier {
		return s.firstLife.op(p)
	}
	return opAt(s.trace(), p.Tick)
}

// without is not told: a second life finds out what the first crash has left while it goes on.
func (s *secondScene) without(int, uint64) *faultfs.CrashPoint { return nil }

func (s *secondScene) free() { s.s.model.Profile = faultfs.PosixMin() }

func (s *secondScene) accept(img *faultfs.FS, path *choices, cut history.Cut, tick uint64) acceptance {
	path.begin(img.Now)
	err := s.w.recover(recovery{img: img}, inside{img, s.way, path})
	v := s.w.judgeSecond(s.s, s.way, tick, cut, err)
	if v == nil && err == nil && len(img.Trace()) > 0 {
		v = s.w.prober.checkFiles(img)
	}
	switch {
	case v == nil && err != nil:
		return unjudged
	case v == nil:
		return accepted
	case v.Class == s.f.Class:
		return failsAlike
	}
	return failsOtherwise
}
