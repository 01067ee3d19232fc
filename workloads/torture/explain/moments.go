package explain

import (
	"context"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Moment is a crash point of a run with the outcome of its images.
type Moment struct {
	Tick    uint64 `json:"tick"`
	Images  int    `json:"images"`  // images recovered
	Failing int    `json:"failing"` // of Images: those with the same failure
}

// What is tried: crash points spread over the run, those near the one that failed, and a few images of each.
const (
	moreMoments   = 32
	nearMoments   = 8 // on either side
	momentsImages = 16
)

// moments crashes the run of a failure at points from its beginning to its end, and counts the images with the same failure.
// The first crash point with failing images shows since when the failure was possible.
func moments(ctx context.Context, s *explore.Subject, f *explore.Failure) []Moment {
	r := s.Recording
	ticks := slices.Concat(record.Spread(r.CrashTicks(), moreMoments, r.Plan.Spec.Seed), r.Neighbours(f.Tick, nearMoments), []uint64{f.Tick})
	slices.Sort(ticks)
	var all []Moment
	for _, tick := range slices.Compact(ticks) {
		req := explore.NewRequest(s)
		req.Ticks, req.Images, req.Lives, req.Way = [][]uint64{{tick}}, momentsImages, 0, f.Way
		found := explore.Explore(ctx, req)
		if ctx.Err() != nil {
			return nil
		}
		m := Moment{Tick: tick, Images: found.Tally.Images}
		for i := range found.Failures {
			if found.Failures[i].Fingerprint() == f.Fingerprint() {
				m.Failing = min(found.Failures[i].Count, m.Images) // an image may fail in this way more than once
			}
		}
		if m.Images > 0 {
			all = append(all, m)
		}
	}
	return all
}
