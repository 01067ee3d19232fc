package explore

import (
	"hash/maphash"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// way returns how the images of the current crash point are decided. With rot it is never Distinct. The number of an
// image determines where its data rots. Distinct asks fewer questions than OnDemand, so it numbers images differently,
// and tokens and evidence of earlier versions would lead to other damage.
func (x *explorer) way() decide.Way {
	if asked := x.shared.req.Way; asked != decide.Fitting {
		return asked
	}
	if way := x.subject.Looks.Way(); way == decide.Beforehand || !x.plan.Fault.Rot {
		return way
	}
	return decide.OnDemand
}

// diverged records that a recovery asked or did something else than an earlier one that had seen the same data. From
// then on images of the target are decided beforehand, those of the current crash point included. If the request fixes
// the way, or is for a single known image (which may come from another version of the engine), the divergence is only
// counted.
func (x *explorer) diverged() {
	if req := x.shared.req; req.Only == nil && req.Way == decide.Fitting {
		x.subject.Looks.Stray()
		return
	}
	x.tally.Divergences++
}

// wayChanged reports whether images have to be decided beforehand from now on, although the search began on demand.
func (x *explorer) wayChanged(begun decide.Way) bool { return begun != x.way() }

// explored says how far a crash point was explored.
type explored struct {
	class Class
	cut   bool // the search was given up: the exploration is over, or images have to be decided beforehand
}

// onDemand explores a crash point depth first, through every answer to every question that recovery asks. If there are
// too many images, it starts again with a smaller limit on the answers to one look, so that more looks are answered by
// subsets with few holes: first the default limit, then Way.Narrow, and at last Way.Brief. Each step makes a weaker
// claim than the one before, but one that holds completely.
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

// searching is the progress of the search through a crash point.
type searching struct {
	leaf, from int  // the current image, and the first image of this search
	lives      int  // recoveries that were crashed in turn
	full       bool // the search has used up its images
	sampled    bool // some look was answered by a sample, or a recovery strayed
}

// again starts another search through the same crash point. The images of both are numbered consecutively.
func (s *searching) again() *searching {
	s.from, s.full, s.sampled = s.leaf, false, false
	return s
}

// onPaths searches depth first, beginning with path.
func (x *explorer) onPaths(j *job, path *decide.Path, s *searching) explored {
	only, way := x.shared.req.Only != nil, path.Way()
	for more := true; more; s.leaf++ {
		if x.ended() || x.wayChanged(way) {
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
		return explored{class: Rotten} // data rots in a different place in every image, so the images are not one search
	case s.sampled:
		return explored{class: Sampled}
	}
	return explored{class: classOf(path.Bound())}
}

// enough reports whether the crash point has had all the images that it may have.
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

// sawOn tells a bounded path what the recovery of its image showed.
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

// rotting recovers images, each with damage in a different place. It repeats the given images until there are enough.
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
