package program

import (
	"context"
	"sort"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/explain"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
)

// life recovers single images of the recorded run, for experiments such as "what if only this write had been lost?" It is the
// explore.Life of a program; each acknowledgement counts as a commit. If the failure follows a crash during a recovery, the
// life is that recovery, in which nothing is acknowledged.
type life struct {
	ctx     context.Context // bounds the experiments
	w       *worker
	failure *failure
	disk    *faultfs.FS  // the disk that recorded trace
	trace   []faultfs.Op // the operations of this life
	before  []faultfs.Op // those of the life before it, if it is a recovery
	model   faultfs.Model
	history []history.Op
	asked   map[question]Answer
}

func newLife(w *worker, f *failure) *life {
	l := &life{ctx: w.ctx, w: w, failure: f, model: w.Model, asked: map[question]Answer{}}
	if f.Place.nested != nil {
		l.disk, l.trace, l.before = f.Place.nested.first, f.Place.nested.first.Trace(), w.rec.Trace
		return l
	}
	l.disk, l.trace = faultfs.Recorded(w.rec.Trace), w.rec.Trace
	for i, a := range w.rec.Acks {
		l.history = append(l.history, history.Op{
			ID: i, Outcome: history.Acked, Call: history.Tick(a.Tick), Return: history.Tick(a.Tick), Writes: make([]history.Write, 1),
		})
	}
	return l
}

func (l *life) Tick() uint64          { return l.failure.Place.cut().tick }
func (l *life) Trace() []faultfs.Op   { return l.trace }
func (l *life) History() []history.Op { return l.history }
func (l *life) LoseAnything()         { l.model.Profile = faultfs.PosixMin() }

func (l *life) TraceOf(p faultfs.PendingOp) []faultfs.Op {
	if p.Earlier {
		return l.before
	}
	return l.trace
}

// AckText names an acknowledgement in a sentence.
func (l *life) AckText(op *history.Op) string { return l.w.rec.Acks[op.ID].Text }

// Place fills in where in the program's source an operation was made, if that is known. For recoveries it is not.
func (l *life) Place(op *faultfs.Op, site *explain.Site) {
	trace := l.w.rec.Trace
	i := sort.Search(len(trace), func(i int) bool { return trace[i].Tick >= op.Tick })
	if i == len(trace) || &trace[i] != op {
		return
	}
	place := l.w.rec.Stacks.site(trace, op.Tick)
	site.Source, site.From, site.Function, site.Stack = place.Source, place.From, place.Function, place.Stack
}

func (l *life) Cut(tick uint64) history.Cut {
	at := history.Tick(tick)
	if next := sort.Search(len(l.trace), func(i int) bool { return l.trace[i].Tick > tick }); next < len(l.trace) {
		at = history.Tick(l.trace[next].Tick - 1)
	} else if n := len(l.history); n > 0 {
		at = max(at, l.history[n-1].Return)
	}
	return history.Cut{Acked: at, Called: at}
}

// acked returns the lines acknowledged before a cut.
func (l *life) acked(cut history.Cut) []Ack {
	if l.failure.Place.nested != nil {
		return l.w.rec.Acked(l.failure.Place.tick)
	}
	return l.w.rec.Acks[:l.w.rec.ackedBy(uint64(cut.Acked))]
}

func (l *life) Point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(l.disk, l.model, 0).Advance(tick)
}

// Without returns nil: without an operation, the program would have acted differently afterwards.
func (l *life) Without(int, uint64) *faultfs.CrashPoint { return nil }

// image returns the image that failed.
func (l *life) image() *faultfs.FS {
	cut := l.failure.Place.cut()
	return l.Point(cut.tick).Losing(cut.lost, faultfs.ImageOptions{})
}

func (l *life) Repeat() []faultfs.PendingOp {
	img := l.image()
	_, _ = ContentOf(img) // decides everything
	return img.Lost()
}

// Try asks the checker about an image, unless its answer for the same content is known.
func (l *life) Try(point *faultfs.CrashPoint, lost []uint64, cut history.Cut) explore.Acceptance {
	img := point.Losing(lost, faultfs.ImageOptions{})
	answer, ok := l.answer(img, l.acked(cut))
	switch {
	case !ok || answer.Verdict == Skipped:
		return explore.Unjudged
	case !answer.Failed():
		return explore.Accepted
	case l.alike(answer):
		return explore.FailsAlike
	}
	return explore.FailsOtherwise
}

// alike reports whether an answer fails in the same way as the failure.
func (l *life) alike(a Answer) bool {
	of := l.failure.Answer
	of.Text = strings.TrimPrefix(of.Text, inRecovery)
	return a.Kind() == of.Kind()
}

func (l *life) answer(img *faultfs.FS, acked []Ack) (Answer, bool) {
	content, err := ContentOf(img)
	if err != nil {
		return Answer{}, false
	}
	q := question{content, len(acked)}
	if a, known := l.asked[q]; known {
		return a, true
	}
	a, err := l.w.recoverer.Recover(l.ctx, img, acked)
	if err != nil {
		return a, false
	}
	l.asked[q] = a
	return a, true
}

// Time limits of the experiments on one finding. They decide how much is known about a finding, never whether it is one.
const (
	explainPatience  = 40 * time.Second
	profilesPatience = 20 * time.Second
)

// begin starts experiments that may take until most has passed, or until the time for all findings is used up.
func (l *life) begin(most time.Duration) (end func()) {
	l.ctx, end = context.WithTimeout(l.w.reading, most)
	return end
}

// explained returns the explanation, or nil if none was found in time.
func (l *life) explained() *explain.Explanation {
	defer l.begin(explainPatience)()
	e := explain.Life(l.ctx, l, l.w.Model.Profile)
	switch {
	case e == nil:
	case l.failure.Place.nested != nil:
		e.Sentence = "in the recovery that was cut, " + e.Sentence
	case e.Missing == nil && l.failsComplete():
		e.Sentence += "; nor does it take a power cut: the complete store that the run left fails, too. Perhaps the checker is wrong"
	}
	return e
}

// failsComplete reports whether the complete store that the run left, with nothing lost, fails in the same way.
func (l *life) failsComplete() bool {
	if len(l.trace) == 0 {
		return false
	}
	end := l.trace[len(l.trace)-1].Tick
	return l.Try(l.Point(end), nil, l.Cut(end)) == explore.FailsAlike
}

// nearImages limits the images tried under another profile.
const nearImages = 48

// profiles finds out which profiles allow the failure at its crash point.
func (l *life) profiles() map[string]string {
	defer l.begin(profilesPatience)()
	shows := map[string]string{}
	for _, profile := range faultfs.Profiles() {
		if profile.Name == l.w.Model.Profile.Name {
			shows[profile.Name] = explain.ProfileFails
			continue
		}
		shows[profile.Name] = l.under(faultfs.Model{Profile: profile, Device: l.w.Model.Device})
	}
	return shows
}

func (l *life) under(model faultfs.Model) string {
	point := faultfs.NewTimeline(l.disk, model, 0).Advance(l.failure.Place.tick)
	acked := l.w.rec.Acked(l.failure.Place.tick)
	leaves, all, err := l.w.contents(point, sampleLimit, nearImages*leavesPerImage, func() bool { return l.ctx.Err() != nil })
	if err != nil {
		return explain.ProfileUntried
	}
	if len(leaves) > nearImages {
		leaves, all = spread(leaves, nearImages), false
	}
	sampled := !all
	for _, leaf := range leaves {
		if l.ctx.Err() != nil {
			return explain.ProfileUntried
		}
		sampled = sampled || leaf.img.Sampled()
		if lost := leaf.img.Lost(); len(l.beside(l.failure.Place.apart, lost)) < len(lost) {
			sampled = true // skipped, because a failure of this image would have another cause
			continue
		}
		if a, ok := l.answer(leaf.img, acked); ok && l.alike(a) {
			return explain.ProfileFails
		}
	}
	switch {
	case l.ctx.Err() != nil:
		return explain.ProfileUntried
	case sampled:
		return explain.ProfileUnseen
	}
	return explain.ProfilePasses
}
