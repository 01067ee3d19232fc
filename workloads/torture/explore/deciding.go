package explore

import (
	"hash/maphash"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// way returns how the images of the crash point at hand are decided. Where data rot, another image is another place, so tokens
// and evidence of earlier versions count on the images being asked all that they were asked then.
func (x *explorer) way() decide.Way {
	if asked := x.shared.req.Way; asked != decide.Fitting {
		return asked
	}
	if way := x.subject.Looks.Way(); way == decide.Beforehand || !x.plan.Fault.Rot {
		return way
	}
	return decide.OnDemand
}

// diverged notes that a recovery has asked or done something else than one before that had seen the same. What is explored of
// the target from then on, the crash point at hand included, is decided beforehand. Where that is not to be, as with a known
// image, which may be that of another version of the engine, it is counted.
func (x *explorer) diverged() {
	if req := x.shared.req; req.Only == nil && req.Way == decide.Fitting {
		x.subject.Looks.Stray()
		return
	}
	x.tally.Divergences++
}

// outOfHand reports whether images must be decided beforehand, and not on demand as it was begun.
func (x *explorer) outOfHand(begun decide.Way) bool { return begun != x.way() }

// explored says how far a crash point was explored.
type explored struct {
	class Class
	cut   bool // it was given up, because the exploration is over or because images have to be decided in the other way
}

// onDemand explores a crash point depth first, through every answer to the questions that recovery asks. If that has too many
// images, it is explored again with fewer questions that are answered one by one, as often as it takes.
func (x *explorer) onDemand(j *job, way decide.Way) explored {
	path, s := x.firstPath(way), searching{}
	if only := x.shared.req.Only; only != nil {
		path, s.leaf = decide.PathTo(only.Picks, way), only.Leaf
	}
	found := x.onPaths(j, path, &s)
	if way != decide.Distinct {
		return found
	}
	if s.full && !path.Bounded() && !j.brief {
		found = x.onPaths(j, way.Narrow(), s.again())
	}
	if s.full {
		found = x.onPaths(j, way.Brief(), s.again())
	}
	return found
}

func (x *explorer) firstPath(way decide.Way) *decide.Path {
	if way == decide.Distinct {
		return decide.NewBounded(way, 0)
	}
	return decide.NewPath(way)
}

// searching is how far a search through a crash point has come.
type searching struct {
	leaf, from int // the image at hand, and the first one of the search
	lives      int // recoveries that were crashed in turn
	full       bool
	sampled    bool
}

// again begins another search through the same crash point.
func (s *searching) again() *searching {
	s.from, s.full, s.sampled = s.leaf, false, false
	return s
}

// onPaths goes on along paths from the first one.
func (x *explorer) onPaths(j *job, path *decide.Path, s *searching) explored {
	only, way := x.shared.req.Only != nil, path.Way()
	for more := true; more; s.leaf++ {
		if x.ended() || x.outOfHand(way) {
			return explored{cut: true}
		}
		if x.enough(j, s.leaf-s.from, path.Bounded()) {
			s.full = !x.late()
			return explored{class: Sampled}
		}
		img := x.image(j, origin{job: j, path: path, leaf: s.leaf}, nil, &s.lives)
		s.sampled = s.sampled || path.Short() || img.Sampled() && !path.Bounded()
		if !x.plan.Fault.Rot && path.Strayed() {
			s.sampled = true
			x.diverged()
		}
		if more = path.Next() && !only; !more && !only && s.leaf+1 < x.damages(j) {
			path, more = x.firstPath(way), true
		}
	}
	switch {
	case x.plan.Fault.Rot:
		return explored{class: Rotten} // data rots in another place in every image, so the images of a crash point are not one search
	case s.sampled:
		return explored{class: Sampled}
	}
	return explored{class: classOf(path.Bound())}
}

// enough reports whether no further image of the crash point at hand is recovered once there were so many.
func (x *explorer) enough(j *job, images int, bounded bool) bool {
	req, most := x.shared.req, x.shared.req.Images
	if j.brief {
		most = min(most, briefImages)
	}
	if bounded {
		most *= boundedTimes
	}
	return req.Only == nil && (images >= most || images >= OwedImages && x.late())
}

// sawOn tells a path what the image that it leads to has shown.
func (x *explorer) sawOn(path *decide.Path, state *history.State, err error) {
	switch {
	case !path.Bounded():
	case err != nil:
		path.Saw(maphash.String(x.shared.seed, err.Error()))
	default:
		path.Saw(state.Hash(x.shared.seed))
	}
}

// beforehand explores the images of a crash point that are decided before recovery looks.
func (x *explorer) beforehand(j *job) explored {
	if only := x.shared.req.Only; only != nil {
		lives := 0
		x.image(j, origin{job: j, path: decide.PathTo(only.Picks, decide.Beforehand), leaf: only.Leaf}, nil, &lives)
		return explored{cut: x.ended(), class: Sampled}
	}
	images, whole := x.lister.List(j.point, j.draw, x.shared.req.Images)
	if x.plan.Fault.Rot {
		return x.rotting(j, slices.Collect(images))
	}
	leaf, lives := 0, 0
	for d := range images {
		if x.ended() {
			return explored{cut: true}
		}
		if x.enough(j, leaf, false) {
			whole = false
			break
		}
		at := origin{job: j, path: d.Path, leaf: leaf, digest: d.Digest}
		if leaf > 0 && x.acceptedBefore(at) {
			x.gaps = true
		} else {
			x.image(j, at, d.Image, &lives)
		}
		leaf++
	}
	if whole {
		return explored{class: Exhaustive}
	}
	return explored{class: Sampled}
}

// rotting recovers images in each of which something rots, as often as is due.
func (x *explorer) rotting(j *job, images []decide.Decided) explored {
	lives := 0
	for leaf := range max(len(images), x.damages(j)) {
		if x.ended() {
			return explored{cut: true}
		}
		if x.enough(j, leaf, false) {
			break
		}
		x.image(j, origin{job: j, path: images[leaf%len(images)].Path.Again(), leaf: leaf}, nil, &lives)
	}
	return explored{class: Rotten}
}
