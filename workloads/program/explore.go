package program

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/shape"
)

// Explore cuts power at every crash point of a recorded run, lets the program recover the resulting images, and explains what
// the checker finds wrong. The error is that of ctx, or says that a recovery gave no valid answer; the result then holds what
// was found before.
func Explore(ctx context.Context, rec *Recording, way Way, o Options) (*Result, error) {
	s := &search{Search: NewSearch[place](ctx, o), rec: rec, shapes: shape.Of(rec.Trace)}
	err := Run(s.Search, func(nr int) (Searcher[*faultfs.CrashPoint, place], error) {
		recoverer, err := way.Recoverer(nr)
		return &worker{search: s, recoverer: recoverer}, err
	}, s.points())
	result := &Result{
		Program: rec.Program, Way: rec.Way, Profile: s.Model.Profile.Name, Device: s.Model.Device.String(), Ended: rec.Ended, Missed: rec.Missed,
		Refused: rec.Refused, Ops: len(rec.Trace), Acks: len(rec.Acks),
		Shapes: s.seen.All(),
	}
	s.Conclude(result, len(rec.Ticks()), err)
	return result, err
}

// search is the state shared by the workers of an exploration.
type search struct {
	*Search[place]
	rec    *Recording
	shapes map[uint64]uint64 // of the recording
	seen   shape.Seen        // of the crash points that were searched
}

// failure is an image that failed.
type failure = Failure[place]

// place is a crash point and what the image lost.
type place struct {
	powerCut
	nested *secondCut // set if the recovery after a second power cut failed
	apart  []Finding  // findings with the same sentence and other causes
}

// Before reports whether fewer operations were lost here than there or, if the number is the same, power was cut earlier.
func (p place) Before(other place) bool {
	return cmp.Or(cmp.Compare(len(p.lost), len(other.lost)), cmp.Compare(p.tick, other.tick)) < 0
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
func (p *place) cut() *powerCut {
	if p.nested != nil {
		return &p.nested.powerCut
	}
	return &p.powerCut
}

// points returns the crash points.
func (s *search) points() iter.Seq[*faultfs.CrashPoint] {
	line := faultfs.NewTimeline(faultfs.Recorded(s.rec.Trace), s.Model, 0)
	ticks := s.rec.Ticks()
	return func(yield func(*faultfs.CrashPoint) bool) {
		for _, i := range s.Chosen(len(ticks)) {
			if !yield(line.Advance(ticks[i])) {
				return
			}
		}
	}
}

// noAnswer wraps the error of a recovery that gave no valid answer with the tick of its crash.
func noAnswer(tick uint64, err error) error {
	return fmt.Errorf("program: recover an image of a crash at tick %d: %w", tick, err)
}

// placeOf returns how to find the place of an image.
func placeOf(point *faultfs.CrashPoint, img *faultfs.FS) func() place {
	return func() place { return place{powerCut: powerCut{point.Tick, lostIDs(img)}} }
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
