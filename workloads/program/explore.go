package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Options says how a recording is searched. The zero value searches under posix-min, with one worker.
type Options struct {
	Model   faultfs.Model
	Workers int // 0 means 1
	// Images is how many images of one crash point are recovered at most; 0 means DefaultImages. A crash point with more is
	// sampled.
	Images int
	Points int // how many crash points are searched at most, spread over the recording; 0 means all
	// Nested is how many images of crashes during a recovery are recovered at each crash point, if the recoverer observes; 0
	// means none.
	Nested int
	// Findings is how many different findings are explained; 0 means DefaultFindings. Later ones are counted only.
	Findings int
	// Enough ends the search once it returns true; what was found by then is explained, but nothing passes. It may be nil.
	Enough func() bool
	// Explaining is how long it may take to make all findings smaller and to explain them; 0: as long as each needs.
	Explaining time.Duration
	// Progress is called now and then, by any worker, one call at a time. It may be nil.
	Progress func(Tally)
}

// Defaults of Options.
const (
	DefaultImages   = 256
	DefaultFindings = 8
)

func (o *Options) ensureDefaults() {
	if o.Model.Profile.Name == "" {
		o.Model.Profile = faultfs.PosixMin() // by its name, findings are seen again
	}
	if o.Workers == 0 {
		o.Workers = 1
	}
	if o.Images == 0 {
		o.Images = DefaultImages
	}
	if o.Findings == 0 {
		o.Findings = DefaultFindings
	}
}

// Explore cuts the power of a recorded run everywhere, lets the program recover the disks that are left, and explains what the
// checker finds wrong. The error says that a recovery had no answer, or is that of ctx; the result has what was found before.
func Explore(ctx context.Context, rec *Recording, way Way, o Options) (*Result, error) {
	o.ensureDefaults()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := &search{ctx: ctx, stop: stop, rec: rec, o: o, answers: map[question]Answer{}, found: map[string]*failure{}}
	jobs := make(chan *faultfs.CrashPoint)
	var workers sync.WaitGroup
	for i := range o.Workers {
		recoverer, err := way.Recoverer(i)
		if err != nil {
			stop(err)
			break
		}
		w := &worker{search: s, recoverer: recoverer}
		workers.Go(func() {
			for point := range jobs {
				w.point(point)
			}
			if err := recoverer.Close(); err != nil {
				stop(err)
			}
		})
	}
	s.feed(jobs)
	close(jobs)
	workers.Wait()
	result := &Result{
		Program: rec.Program, Way: rec.Way, Profile: o.Model.Profile.Name, Device: o.Model.Device.String(), Ended: rec.Ended, Missed: rec.Missed,
		Refused: rec.Refused,
	}
	err := s.failed()
	if err == nil && len(s.found) > 0 {
		result.Findings, result.Once, err = s.report(way)
	}
	result.Tally = s.tally
	result.Ops, result.Acks = len(rec.Trace), len(rec.Acks)
	switch {
	case err == nil && s.cut && len(result.Findings) == 0:
		result.Inconclusive = fmt.Sprintf("the time was over after %d of %d crash points", s.tally.Points, len(rec.Ticks()))
	case err == nil:
		result.conclude()
	default:
		result.Inconclusive = "the search ended early: " + err.Error()
	}
	return result, err
}

// search is what the workers of an exploration share.
type search struct {
	ctx  context.Context
	stop context.CancelCauseFunc
	rec  *Recording
	o    Options

	mu      sync.Mutex
	tally   Tally
	answers map[question]Answer // by what the checker was asked
	found   map[string]*failure // by Answer.kind
	order   []string            // of the keys of found
	cut     bool                // Options.Enough has ended the search
	reading context.Context     // of experiments on findings
}

// question is what a checker is asked: a disk, and how many lines had been acknowledged.
type question struct {
	content Content
	acked   int
}

// failure is the first image that was answered in one way, and how many there were.
type failure struct {
	powerCut
	answer Answer
	count  int
	asked  int        // in how many recoveries it was seen: the content of the other images was known
	nested *secondCut // set if it was the second recovery that was wrong
}

// powerCut is a crash point and an image of it.
type powerCut struct {
	tick uint64
	lost []uint64 // the IDs of the pending operations that the image had lost
}

// secondCut is a power cut in the recovery of the image of a first one.
type secondCut struct {
	powerCut
	first *faultfs.FS // the image, with what the recovery did to it
}

// cut returns the last power cut.
func (f *failure) cut() *powerCut {
	if f.nested != nil {
		return &f.nested.powerCut
	}
	return &f.powerCut
}

// feed sends the crash points to the workers.
func (s *search) feed(jobs chan<- *faultfs.CrashPoint) {
	line := faultfs.NewTimeline(faultfs.Recorded(s.rec.Trace), s.o.Model, 0)
	ticks := s.rec.Ticks()
	n := len(ticks)
	if s.o.Points > 0 {
		n = min(n, s.o.Points)
	}
	for i := range n {
		if s.enough() {
			return
		}
		select {
		case jobs <- line.Advance(ticks[oneOf(i*len(ticks)/n, (i+1)*len(ticks)/n)]):
		case <-s.ctx.Done():
			return
		}
	}
}

// oneOf returns a number from a to b-1, always the same one: equal steps would meet the syncs only of a program that writes and
// syncs in turn.
func oneOf(a, b int) int { return a + rand.New(rand.NewPCG(uint64(a), uint64(b))).IntN(b-a) }

// enough reports whether the search is to end, and notes it.
func (s *search) enough() bool {
	if s.o.Enough == nil || !s.o.Enough() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	return true
}

// failed returns why the search ended early; nil if it did not.
func (s *search) failed() error {
	if s.ctx.Err() == nil {
		return nil
	}
	return context.Cause(s.ctx)
}

// fail ends the search: there is no answer to a question.
func (s *search) fail(tick uint64, err error) {
	if errors.Is(err, s.ctx.Err()) && s.ctx.Err() != nil {
		return
	}
	s.stop(fmt.Errorf("program: recover an image of a crash at tick %d: %w", tick, err))
}

// count changes the tally.
func (s *search) count(change func(*Tally)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.tally)
	if s.o.Progress != nil {
		s.o.Progress(s.tally)
	}
}

// keep notes an answer about an image of a crash point, for which so many recoveries were made: one, or none if it was known.
func (s *search) keep(point *faultfs.CrashPoint, img *faultfs.FS, a Answer, asked int) {
	if a.Failed() {
		s.keepFailure(a, &failure{powerCut: powerCut{point.Tick, lostIDs(img)}, answer: a, asked: asked})
	}
}

// keepFailure keeps the failure of each kind that has the fewest losses: it is the easiest to explain.
func (s *search) keepFailure(a Answer, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Failed++
	best := s.found[a.kind()]
	if best == nil {
		s.order = append(s.order, a.kind())
	} else if c := cmp.Or(cmp.Compare(len(f.lost), len(best.lost)), cmp.Compare(f.tick, best.tick)); c >= 0 {
		best.count, best.asked = best.count+1, best.asked+f.asked
		return
	} else {
		f.count, f.asked = best.count, best.asked+f.asked
	}
	f.count++
	s.found[a.kind()] = f
}

// lostIDs returns which pending operations an image has lost.
func lostIDs(img *faultfs.FS) []uint64 {
	lost := img.Lost()
	ids := make([]uint64, len(lost))
	for i, op := range lost {
		ids[i] = op.ID
	}
	return ids
}
