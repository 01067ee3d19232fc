package explore

import (
	"errors"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// StandingError runs the standing checks again and returns the error of the one from which a failure comes. It returns
// nil if the failure comes from no standing check, or from one that panics, which leaves no error to explain.
func StandingError(s *Subject, f *Failure) (failed error) {
	if f.Judge != audit.Judge {
		return nil
	}
	defer func() {
		if recover() != nil {
			failed = nil
		}
	}()
	if _, err := s.Audit.Standing(func() {}); err != nil && strings.HasSuffix(f.Sentence, err.Error()) {
		return err
	}
	return nil
}

// WrongCall is a call of a standing check that ended wrongly.
type WrongCall = contract.WrongCall

// WrongCallOf returns the call with which a standing check failed, or nil if it did not fail with a call.
func WrongCallOf(s *Subject, f *Failure) *WrongCall {
	var w *WrongCall
	errors.As(StandingError(s, f), &w)
	return w
}

// CallsOfCheck returns the calls of a standing check that led to its error, innermost first, or nil if the error does
// not record them.
func CallsOfCheck(failed error) []uintptr {
	var j *contract.JudgedError
	if !errors.As(failed, &j) {
		return nil
	}
	return j.PCs
}

// StacksOfCheck returns the stacks of the goroutines that waited when a standing check gave up, or nil if it did not.
func StacksOfCheck(failed error) []string {
	var j *contract.JudgedError
	if !errors.As(failed, &j) {
		return nil
	}
	return j.Stacks
}

// checkedLife is what happened on the disk of a standing check up to the power cut after which the check failed.
type checkedLife struct {
	cut   *contract.AfterPowerCut
	model faultfs.Model
	since uint64 // the tick of an operation
}

// lifeOfCheck returns the life before the last power cut after which a standing check failed, or nil if there was none.
func lifeOfCheck(failed error) Life {
	var cut *contract.AfterPowerCut
	for errors.As(failed, &cut) {
		failed = cut.Err
	}
	if cut == nil {
		return nil
	}
	l := &checkedLife{cut: cut, model: cut.Model}
	if l.model.Profile.Decides() {
		l.LoseAnything()
	}
	for _, op := range l.Trace() {
		if op.Changes() && op.Tick <= cut.Since {
			l.since = op.Tick
		}
	}
	return l
}

func (l *checkedLife) Tick() uint64           { return l.cut.Tick }
func (l *checkedLife) Since() uint64          { return l.since }
func (l *checkedLife) Trace() []faultfs.Op    { return l.cut.Disk.Trace() }
func (l *checkedLife) History() []history.Op  { return nil } // the check knows what had been acknowledged
func (l *checkedLife) Cut(uint64) history.Cut { return history.Cut{} }
func (l *checkedLife) LoseAnything()          { l.model.Profile = faultfs.PosixMin() }

func (l *checkedLife) TraceOf(p faultfs.PendingOp) []faultfs.Op {
	if p.Earlier {
		return l.cut.Earlier
	}
	return l.Trace()
}

func (l *checkedLife) Point(tick uint64) *faultfs.CrashPoint {
	return faultfs.NewTimeline(l.cut.Disk, l.model, 0).Advance(tick)
}

// Without returns nil if the disk is one that an earlier crash has left, because then its operations depend on what was
// looked at.
func (l *checkedLife) Without(index int, tick uint64) *faultfs.CrashPoint {
	if l.cut.Earlier != nil {
		return nil
	}
	trace := slices.Delete(slices.Clone(l.Trace()), index, index+1)
	return faultfs.NewTimeline(faultfs.Recorded(trace), l.model, 0).Advance(tick)
}

func (l *checkedLife) Repeat() []faultfs.PendingOp {
	img := l.Point(l.cut.Tick).Losing(l.cut.Lost, faultfs.ImageOptions{})
	_ = l.cut.Holds(img, l.cut.Tick)
	return img.Lost()
}

func (l *checkedLife) Try(point *faultfs.CrashPoint, lost []uint64, _ history.Cut) Acceptance {
	switch {
	case point.Tick < l.since:
		return Unjudged
	case l.cut.Holds(point.Losing(lost, faultfs.ImageOptions{}), point.Tick) != nil:
		return FailsAlike
	}
	return Accepted
}
