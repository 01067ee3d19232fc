package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Options configures the search of a recording. The zero value searches under posix-min with one worker.
type Options struct {
	Model   faultfs.Model
	Workers int // 0 means 1
	// Images limits the images recovered per crash point; 0 means DefaultImages. A crash point with more is sampled.
	Images int
	Points int // limits the crash points searched, spread over the recording; 0 means all
	// Seed picks the crash points that Points leaves, and the random images of a crash point that has too many.
	Seed uint64
	// Nested limits the images of crashes during a recovery that are recovered per crash point; 0 means none. They need a
	// recoverer that observes.
	Nested int
	// Findings limits how many distinct findings are explained; 0 means DefaultFindings. Later ones are only counted.
	Findings int
	// Enough ends the search once it returns true. What was found by then is explained, but the result cannot be a pass. It
	// may be nil.
	Enough func() bool
	// Explaining limits the time spent on shrinking and explaining all findings together; 0 means no limit beyond that of
	// each finding.
	Explaining time.Duration
	// Progress is called from time to time by the workers, one call at a time. It may be nil.
	Progress func(Tally)
}

// UntilFailure returns the Progress and Enough of Options that end a search with the first image that fails, in addition to
// what they do otherwise. Both may be nil.
func UntilFailure(progress func(Tally), enough func() bool) (func(Tally), func() bool) {
	var failed atomic.Bool
	return func(t Tally) {
			if t.Failed > 0 {
				failed.Store(true)
			}
			if progress != nil {
				progress(t)
			}
		}, func() bool {
			return failed.Load() || enough != nil && enough()
		}
}

// Defaults of Options.
const (
	DefaultImages   = 256
	DefaultFindings = 8
)

func (o *Options) ensureDefaults() {
	if o.Model.Profile.Name == "" {
		o.Model.Profile = faultfs.PosixMin() // findings record the profile by name, to replay
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

// Explore cuts power at every crash point of a recorded run, lets the program recover the resulting images, and explains what
// the checker finds wrong. The error is that of ctx, or says that a recovery gave no valid answer; the result then holds what
// was found before.
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
		result.Inconclusive = fmt.Sprintf("time ran out after %d of %d crash points", s.tally.Points, len(rec.Ticks()))
	case err == nil:
		result.Conclude()
	default:
		result.Inconclusive = "the search ended early: " + err.Error()
	}
	return result, err
}

// search is the state shared by the workers of an exploration.
type search struct {
	ctx  context.Context
	stop context.CancelCauseFunc
	rec  *Recording
	o    Options

	mu      sync.Mutex
	tally   Tally
	answers map[question]Answer // the checker's answers so far
	found   map[string]*failure // by Answer.kind
	order   []string            // the keys of found, in order of discovery
	cut     bool                // Options.Enough ended the search
	reading context.Context     // bounds the experiments on findings
}

// question is what a checker is asked: a disk, and the number of lines acknowledged before the crash.
type question struct {
	content Content
	acked   int
}

// failure is the image with the fewest losses among those that failed in the same way, and how many there were.
type failure struct {
	powerCut
	answer Answer
	count  int
	asked  int        // how many recoveries failed; the other images repeated a content whose answer was known
	nested *secondCut // set if the recovery after a second power cut failed
}

// powerCut identifies an image of a crash point.
type powerCut struct {
	tick uint64
	lost []uint64 // the IDs of the pending operations that the image lost
}

// secondCut is a power cut during the recovery from a first one.
type secondCut struct {
	powerCut
	first *faultfs.FS // the image of the first cut, with what the recovery did to it
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
		case jobs <- line.Advance(ticks[oneOf(i*len(ticks)/n, (i+1)*len(ticks)/n, s.o.Seed)]):
		case <-s.ctx.Done():
			return
		}
	}
}

// oneOf returns a pseudo-random number in [a, b) that depends on its arguments only. Steps of equal length could resonate with the
// program: if it writes and syncs in turn, they might hit nothing but the syncs.
func oneOf(a, b int, seed uint64) int {
	return a + rand.New(rand.NewPCG(uint64(a)^seed, uint64(b))).IntN(b-a)
}

// enough reports whether Options.Enough wants the search to end, and remembers that it did.
func (s *search) enough() bool {
	if s.o.Enough == nil || !s.o.Enough() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	return true
}

// failed returns why the search ended early, or nil if it did not.
func (s *search) failed() error {
	if s.ctx.Err() == nil {
		return nil
	}
	return context.Cause(s.ctx)
}

// fail ends the search because a recovery gave no valid answer.
func (s *search) fail(tick uint64, err error) {
	if errors.Is(err, s.ctx.Err()) && s.ctx.Err() != nil {
		return
	}
	s.stop(fmt.Errorf("program: recover an image of a crash at tick %d: %w", tick, err))
}

// count updates the tally and reports progress.
func (s *search) count(change func(*Tally)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.tally)
	if s.o.Progress != nil {
		s.o.Progress(s.tally)
	}
}

// keep records the answer about an image of a crash point if it is a failure. The number of recoveries asked is 1, or 0 if the
// answer was already known.
func (s *search) keep(point *faultfs.CrashPoint, img *faultfs.FS, a Answer, asked int) {
	if a.Failed() {
		s.keepFailure(a, &failure{powerCut: powerCut{point.Tick, lostIDs(img)}, answer: a, asked: asked})
	}
}

// keepFailure keeps, for each kind of failure, the one with the fewest losses, because it is the easiest to explain.
func (s *search) keepFailure(a Answer, f *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Failed++
	best := s.found[a.Kind()]
	if best == nil {
		s.order = append(s.order, a.Kind())
	} else if c := cmp.Or(cmp.Compare(len(f.lost), len(best.lost)), cmp.Compare(f.tick, best.tick)); c >= 0 {
		best.count, best.asked = best.count+1, best.asked+f.asked
		return
	} else {
		f.count, f.asked = best.count, best.asked+f.asked
	}
	f.count++
	s.found[a.Kind()] = f
}

// lostIDs returns the IDs of the pending operations that an image lost.
func lostIDs(img *faultfs.FS) []uint64 {
	lost := img.Lost()
	ids := make([]uint64, len(lost))
	for i, op := range lost {
		ids[i] = op.ID
	}
	return ids
}
