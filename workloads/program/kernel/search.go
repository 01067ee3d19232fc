package kernel

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Options configures a search. The zero value searches everything with one worker.
type Options struct {
	Workers  int    // 0 means 1
	Images   int    // disks recovered per crash point; 0 means DefaultImages
	Points   int    // crash points searched, spread over the recording; 0 means all
	Findings int    // distinct findings that are explained; 0 means program.DefaultFindings
	Seed     uint64 // of the random disks
	// Enough ends the search once it returns true; what was found by then is explained. It may be nil.
	Enough func() bool `json:"-"`
	// Explaining limits the time spent on shrinking all findings together; 0 means no limit beyond that of each finding.
	Explaining time.Duration
	// Progress is called from time to time, one call at a time. It may be nil.
	Progress func(program.Tally) `json:"-"`
}

// DefaultImages is fewer than that of package program, because the kernel takes its time to recover a disk.
const DefaultImages = 64

// maxFailures is how many disks may fail before the search takes only two disks of each crash point.
const maxFailures = 200

func (o *Options) ensureDefaults() {
	if o.Workers == 0 {
		o.Workers = 1
	}
	if o.Images == 0 {
		o.Images = DefaultImages
	}
	if o.Findings == 0 {
		o.Findings = program.DefaultFindings
	}
}

// sampling returns which disks of a crash point are tried: all if there are at most Images, otherwise a quarter each of prefixes,
// single survivors, single losses, and random ones.
func (o *Options) sampling() blocklog.Sampling {
	return blocklog.Sampling{
		Tears: blocklog.AtPages, Exhaustive: bits.Len(uint(o.Images)) - 1, //nolint:gosec // not negative
		Random: max(1, o.Images/4), Each: max(1, o.Images/4), Seed: o.Seed,
	}
}

// images recovers the disks of a recording. It is used by one goroutine.
type images interface {
	// cut makes a disk that a power cut may leave. The hash is equal for equal disks.
	cut(s blocklog.State) (disk string, hash uint64, err error)
	discard(disk string) error
	// recover lets the filesystem and the program recover a disk, and returns the checker's answer.
	recover(ctx context.Context, disk string, acked []program.Ack) (program.Answer, error)
	// look returns what is in the store on a disk after the filesystem, but not the program, has recovered it.
	look(disk string) (map[string]File, error)
	close() error
}

// explore cuts power in every epoch of a recording and explains what the checker finds wrong.
func explore(ctx context.Context, rec *Recording, worker func(nr int) (images, error), o Options) (*program.Result, error) {
	o.ensureDefaults()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := &search{
		ctx: ctx, stop: stop, rec: rec, o: o, epochs: spread(rec.Blocks.log().Epochs(0), o.Points),
		answers: map[question]program.Answer{}, found: map[string]*failure{},
	}
	s.points = make([]point, len(s.epochs))
	var all []images
	for nr := range o.Workers {
		w, err := worker(nr)
		if err != nil {
			return nil, errors.Join(err, closeAll(all))
		}
		all = append(all, w)
	}
	jobs := make(chan job)
	var workers sync.WaitGroup
	for _, w := range all {
		workers.Go(func() {
			for j := range jobs {
				if err := s.try(w, j); err != nil {
					stop(err)
				}
			}
		})
	}
	s.feed(jobs)
	close(jobs)
	workers.Wait()
	result := s.result()
	err := s.failed()
	if err == nil {
		err = s.report(all[0], result)
	}
	if err = errors.Join(err, closeAll(all)); err != nil {
		result.Inconclusive = "the search ended early: " + err.Error()
		return result, err
	}
	if s.ended && len(result.Findings) == 0 {
		result.Inconclusive = fmt.Sprintf("time ran out after %d images of %d crash points", s.tally.Images, len(s.epochs))
		return result, nil
	}
	result.Conclude()
	return result, nil
}

func closeAll(all []images) (err error) {
	for _, w := range all {
		err = errors.Join(err, w.close())
	}
	return err
}

// spread returns n of the epochs, evenly spaced; 0 means all.
func spread(all []blocklog.Epoch, n int) (some []blocklog.Epoch) {
	if n == 0 || n >= len(all) {
		return all
	}
	for i := range n {
		some = append(some, all[(2*i+1)*len(all)/(2*n)])
	}
	return some
}

// search is the state shared by the workers of an exploration.
type search struct {
	ctx    context.Context
	stop   context.CancelCauseFunc
	rec    *Recording
	o      Options
	epochs []blocklog.Epoch

	mu      sync.Mutex
	points  []point // by epoch
	tally   program.Tally
	answers map[question]program.Answer
	found   map[string]*failure // by the kind of the answer
	order   []string            // the keys of found, in order of discovery
	ended   bool                // Options.Enough ended the search
}

// point has the figures of a crash point.
type point struct {
	images int
	left   bool // some disks were left out
}

// job is a disk to try.
type job struct {
	epoch int // index in search.epochs
	state blocklog.State
}

// question is what the checker is asked: a disk, and the number of lines acknowledged before the crash.
type question struct {
	hash  uint64
	acked int
}

// failure is the disk with the fewest losses among those that failed in the same way, and how many there were.
type failure struct {
	job
	lost   []blocklog.Piece
	answer program.Answer
	count  int
}

// feed hands out disks: the two extremes of all crash points first, then more of each.
func (s *search) feed(jobs chan<- job) {
	sampling := s.o.sampling()
	for i, state := range s.rec.Blocks.log().StatesOf(s.epochs, sampling) {
		if s.enough() {
			return
		}
		s.mu.Lock()
		p := &s.points[i]
		if take := p.images < s.o.Images && (p.images < 2 || s.tally.Failed < maxFailures); !take {
			p.left = true
			s.mu.Unlock()
			continue
		}
		if p.images++; p.images == 1 {
			s.tally.Points++
		}
		s.mu.Unlock()
		select {
		case jobs <- job{i, state}:
		case <-s.ctx.Done():
			return
		}
	}
}

// enough reports whether Options.Enough wants the search to end, and remembers that it did.
func (s *search) enough() bool {
	if s.o.Enough == nil || !s.o.Enough() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return true
}

// failed returns why the search ended early, or nil if it did not.
func (s *search) failed() error {
	if s.ctx.Err() == nil {
		return nil
	}
	return context.Cause(s.ctx)
}

// try recovers a disk, unless an equal one was recovered before, and keeps the answer.
func (s *search) try(w images, j job) error {
	if s.ctx.Err() != nil {
		return nil // the search has ended, and knows why
	}
	e := s.epochs[j.epoch]
	acked := s.rec.acked(e)
	a, known, err := s.ask(w, j.state, acked)
	if err != nil {
		return fmt.Errorf("kernel: recover a disk after request %d: %w", j.state.Sure, err)
	}
	lost := j.state.Lost(s.rec.Blocks.log().Units(e, blocklog.AtPages))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(a, known, len(acked), lost)
	if a.Failed() {
		s.keep(&failure{job: j, lost: lost, answer: a})
	}
	if s.o.Progress != nil {
		s.o.Progress(s.tally)
	}
	return nil
}

// count adds an answer to the tally.
func (s *search) count(a program.Answer, known bool, acked int, lost []blocklog.Piece) {
	t := &s.tally
	switch {
	case known:
		t.Repeated++
	default:
		t.Images++
		if acked > 0 {
			t.AfterAcks++
		}
		if a.Verdict == program.Skipped {
			t.Skipped++
		}
	}
	if a.Failed() {
		t.Failed++
	}
	for _, p := range lost {
		t.LostBytes += int(p.To - p.From)
	}
}

// keep keeps, for each kind of failure, the one with the fewest losses and among those the earliest.
func (s *search) keep(f *failure) {
	kind := f.answer.Kind()
	best := s.found[kind]
	if best == nil {
		s.order = append(s.order, kind)
		f.count = 1
		s.found[kind] = f
		return
	}
	f.count = best.count + 1
	if len(f.lost) < len(best.lost) || len(f.lost) == len(best.lost) && f.epoch < best.epoch {
		s.found[kind] = f
		return
	}
	best.count++
}

// ask returns the answer about a disk, and whether it was known before.
func (s *search) ask(w images, state blocklog.State, acked []program.Ack) (a program.Answer, known bool, err error) {
	disk, hash, err := w.cut(state)
	if err != nil {
		return a, false, err
	}
	q := question{hash, len(acked)}
	s.mu.Lock()
	a, known = s.answers[q]
	s.mu.Unlock()
	if !known {
		a, err = w.recover(s.ctx, disk, acked)
	}
	if err = errors.Join(err, w.discard(disk)); err == nil && !known {
		s.mu.Lock()
		s.answers[q] = a
		s.mu.Unlock()
	}
	return a, known, err
}

// result returns the figures of the search.
func (s *search) result() *program.Result {
	b := &s.rec.Blocks
	r := &program.Result{
		Program: s.rec.Program, Way: s.rec.Way, Profile: b.mounted(), Ended: s.rec.Ended, Acks: len(s.rec.Acks), Ops: len(b.log()),
	}
	most := s.o.sampling().Exhaustive
	for i, e := range s.epochs {
		p := s.points[i]
		if p.images == 0 {
			continue
		}
		units := len(b.log().Units(e, blocklog.AtPages))
		if units > most || p.left || s.ended || s.ctx.Err() != nil {
			s.tally.Sampled++
		} else {
			s.tally.Exhaustive++
		}
		if units > 0 && len(s.rec.acked(e)) > 0 {
			s.tally.AtStake++
		}
	}
	r.Tally = s.tally
	return r
}

// flushes returns the number of flushes that had completed before a request.
func flushes(log blocklog.Log, before int) (n int) {
	for _, op := range log[:before] {
		if op.Kind == blocklog.Flush {
			n++
		}
	}
	return n
}

// without returns the units that are not among the lost ones.
func without(units, lost []blocklog.Piece) (kept []blocklog.Piece) {
	for _, u := range units {
		if !slices.Contains(lost, u) {
			kept = append(kept, u)
		}
	}
	return kept
}
