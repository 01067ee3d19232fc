package program

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Limits of the search for a failure with another cause.
const (
	maxOtherTries = 64
	otherPatience = 20 * time.Second
)

// Other returns a failure of the same kind whose cause is not that of any finding: an image that fails although it
// keeps the operations that the findings miss. If one of the findings needs no loss, the image must also come from a
// crash point that passes when nothing is lost. A checker often says the same about different losses, and without this
// the most frequent cause would hide all others.
func (w *worker) Other(ctx context.Context, f *failure, found []Finding) *failure {
	lossless := false
	for i := range found {
		e := found[i].Explanation
		if e == nil || f.Place.nested != nil {
			return nil
		}
		lossless = lossless || e.Missing == nil
	}
	w.reading = ctx
	l := newLife(w, f)
	defer l.begin(otherPatience)()
	tries := 0
	try := func(tick uint64, lost []uint64) (a Answer, alike bool) {
		a, ok := l.answer(l.Point(tick).Losing(lost, faultfs.ImageOptions{}), w.rec.Acked(tick))
		return a, ok && l.alike(a)
	}
	for _, cut := range l.others(f.All, found) {
		if tries == maxOtherTries || l.ctx.Err() != nil {
			break
		}
		if lossless {
			if _, fails := try(cut.tick, nil); fails { // asked once for each tick
				continue
			}
		}
		tries++
		a, fails := try(cut.tick, cut.lost)
		if !fails {
			continue
		}
		other := &failure{Place: place{powerCut: cut, apart: found}, Answer: a, Count: 1, Asked: 1}
		if lossless {
			newLife(w, other).shrink()
			if len(other.Place.lost) == 0 {
				continue // it amounts to a power cut that loses nothing
			}
		}
		return other
	}
	return nil
}

// others returns power cuts with the losses of the given places, minus the operations that the findings miss. Those
// with few losses come first. Of several with equal losses it returns the first, and the last, which comes after the
// most acknowledgements.
func (l *life) others(places []place, found []Finding) []powerCut {
	places = slices.DeleteFunc(slices.Clone(places), func(p place) bool { return p.nested != nil })
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.tick, b.tick) })
	line := faultfs.NewTimeline(l.disk, l.model, 0)
	var cuts []powerCut
	for _, p := range places {
		point := line.Advance(p.tick)
		lost := l.beside(found, slices.DeleteFunc(point.Ops(), func(op faultfs.PendingOp) bool { return !slices.Contains(p.lost, op.ID) }))
		img := point.Losing(idsOf(lost), faultfs.ImageOptions{})
		if _, err := ContentOf(img); err == nil && len(l.beside(found, img.Lost())) == len(img.Lost()) { // otherwise these losses entail what the findings miss
			cuts = append(cuts, powerCut{p.tick, idsOf(lost)})
		}
	}
	slices.SortStableFunc(cuts, func(a, b powerCut) int {
		return cmp.Or(cmp.Compare(len(a.lost), len(b.lost)), slices.Compare(a.lost, b.lost))
	})
	var some []powerCut
	for i, cut := range cuts {
		first := i == 0 || !slices.Equal(cut.lost, cuts[i-1].lost)
		last := i == len(cuts)-1 || !slices.Equal(cut.lost, cuts[i+1].lost)
		if first || last {
			some = append(some, cut)
		}
	}
	return some
}

// beside returns the losses that have nothing to do with what the findings miss.
func (l *life) beside(found []Finding, lost []faultfs.PendingOp) []faultfs.PendingOp {
	for i := range found {
		if e := found[i].Explanation; e.Missing != nil {
			lost = e.Others(l.trace, lost)
		}
	}
	return lost
}
