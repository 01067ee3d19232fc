package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// images recovers the disks of a recording. It is used by one goroutine.
type images interface {
	// cut makes a disk that a power cut may leave. The hash is equal for equal disks.
	cut(s blocklog.State) (disk string, hash uint64, err error)
	// cutAgain makes a disk that a power cut may leave during the recovery of another one, whose requests come from watch
	// or adopt.
	cutAgain(disk string, s blocklog.State) (string, error)
	// adopt gives a disk the requests of a recovery that began with it.
	adopt(disk string, log blocklog.Log) error
	discard(disk string) error
	// recover lets the filesystem and the program recover a disk, and returns the checker's answer.
	recover(ctx context.Context, disk string, acked []program.Ack) (program.Answer, error)
	// watch does what recover does, and also returns the requests to the disk.
	watch(ctx context.Context, disk string, acked []program.Ack) (blocklog.Log, program.Answer, error)
	// look returns what is in the store on a disk after the filesystem, but not the program, has recovered it.
	look(disk string) (map[string]File, error)
	close() error
}

// explore cuts power in every epoch of a recording and explains what the checker finds wrong.
func explore(ctx context.Context, rec *Recording, worker func(nr int) (images, error), o program.Options) (*program.Result, error) {
	s := &search{Search: program.NewSearch[place](ctx, o), rec: rec}
	all := rec.Blocks.log().Epochs(0)
	for _, i := range s.Chosen(len(all)) {
		s.epochs = append(s.epochs, all[i])
	}
	s.points, s.nested = make([]point, len(s.epochs)), make([]atomic.Bool, len(s.epochs))
	err := program.Run(s.Search, func(nr int) (program.Searcher[job, place], error) {
		w, err := worker(nr)
		return &searcher{s, w}, err
	}, s.jobs())
	s.Count(s.countPoints)
	result := &program.Result{
		Program: rec.Program, Way: rec.Way, Profile: rec.Blocks.mounted(), Ended: rec.Ended, Missed: rec.Missed,
		Acks: len(rec.Acks), Ops: len(rec.Blocks.log()),
	}
	s.Conclude(result, len(all), err)
	return result, err
}

// search is the state shared by the workers of an exploration.
type search struct {
	*program.Search[place]
	rec    *Recording
	epochs []blocklog.Epoch
	points []point       // by epoch
	nested []atomic.Bool // by epoch: a recovery has been cut
	ended  bool          // not all jobs were handed out
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

// failure is a disk that failed.
type failure = program.Failure[place]

// place is a disk, and what was lost.
type place struct {
	job
	lost   []blocklog.Piece
	second *secondCut // set if power was cut again during the recovery
}

// Before reports whether less was lost here than there or, if the losses are the same, the crash point is earlier.
func (p place) Before(other place) bool {
	return cmp.Or(cmp.Compare(len(p.lost), len(other.lost)), cmp.Compare(p.epoch, other.epoch)) < 0
}

// sampling returns which disks of a crash point are tried: all if there are at most Images, otherwise a quarter each of prefixes,
// single survivors, single losses, and random ones.
func (s *search) sampling() blocklog.Sampling {
	return blocklog.Sampling{
		Tears: blocklog.AtPages, Exhaustive: bits.Len(uint(s.Images)) - 1, //nolint:gosec // not negative
		Random: max(1, s.Images/4), Each: max(1, s.Images/4), Seed: s.Seed,
	}
}

// fewImages is the number of disks tried at a crash point if there are plenty of failures.
const fewImages = 2

// jobs hands out disks: the two extremes of all crash points first, then more of each.
func (s *search) jobs() iter.Seq[job] {
	return func(yield func(job) bool) {
		for i, state := range s.rec.Blocks.log().StatesOf(s.epochs, s.sampling()) {
			p := &s.points[i]
			if p.images == s.Images || p.images >= fewImages && s.Plenty() {
				p.left = true
				continue
			}
			if p.images++; p.images == 1 {
				s.Count(func(t *program.Tally) { t.Points++ })
			}
			if !yield(job{i, state}) {
				s.ended = true
				return
			}
		}
	}
}

// countPoints counts what is known of the crash points at the end.
func (s *search) countPoints(t *program.Tally) {
	most := s.sampling().Exhaustive
	for i, e := range s.epochs {
		p := s.points[i]
		if p.images == 0 {
			continue
		}
		units := len(s.rec.Blocks.log().Units(e, blocklog.AtPages))
		if units > most || p.left || s.ended {
			t.Sampled++
		} else {
			t.Exhaustive++
		}
		if units > 0 && len(s.rec.acked(e)) > 0 {
			t.AtStake++
		}
	}
}

// searcher is a worker of the search.
type searcher struct {
	*search
	images images
}

// Close releases what the worker needs.
func (w *searcher) Close() error { return w.images.close() }

// Try recovers a disk, unless an equal one was recovered before, and keeps the answer.
func (w *searcher) Try(j job) error {
	e := w.epochs[j.epoch]
	acked := w.rec.acked(e)
	a, known, err := w.ask(w.Context(), j.state, acked)
	if err != nil {
		return fmt.Errorf("kernel: recover a disk after request %d: %w", j.state.Sure, err)
	}
	lost := j.state.Lost(w.rec.Blocks.log().Units(e, blocklog.AtPages))
	at := func() place { return place{job: j, lost: lost} }
	if known {
		w.Repeated(a, at)
		return nil
	}
	w.Recovered(a, len(acked), bytesOf(lost), at)
	if w.Nested == 0 || a.Verdict != program.Right || w.nested[j.epoch].Swap(true) {
		return nil
	}
	return w.nest(j, acked)
}

func bytesOf(pieces []blocklog.Piece) (n int) {
	for _, p := range pieces {
		n += int(p.To - p.From)
	}
	return n
}

// ask returns the answer about a disk, and whether it was known before.
func (w *searcher) ask(ctx context.Context, state blocklog.State, acked []program.Ack) (a program.Answer, known bool, err error) {
	disk, hash, err := w.images.cut(state)
	if err != nil {
		return a, false, err
	}
	a, known, err = w.Answer(program.Content{hash}, len(acked), func() (program.Answer, error) {
		return w.images.recover(ctx, disk, acked)
	})
	return a, known, errors.Join(err, w.images.discard(disk))
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
