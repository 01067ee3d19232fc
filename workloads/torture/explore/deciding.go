package explore

import (
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
)

// way returns how the images of the crash point at hand are decided.
func (x *explorer) way() decide.Way {
	if asked := x.shared.req.Way; asked != decide.Fitting {
		return asked
	}
	return x.subject.Looks.Way()
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
	whole bool // every distinguishable image was recovered
	cut   bool // it was given up, because the exploration is over or because images have to be decided in the other way
}

// onDemand explores a crash point depth first, through every answer to the questions that recovery asks.
func (x *explorer) onDemand(j *job) explored {
	req := x.shared.req
	path, sampled, leaf, lives := decide.NewPath(decide.OnDemand), false, 0, 0
	if req.Only != nil {
		path, leaf = decide.PathTo(req.Only.Picks, decide.OnDemand), req.Only.Leaf
	}
	for more := true; more; leaf++ {
		if x.ended() || x.outOfHand(decide.OnDemand) {
			return explored{cut: true}
		}
		if x.enough(leaf) {
			sampled = true
			break
		}
		img := x.image(j, origin{job: j, path: path, leaf: leaf}, nil, &lives)
		sampled = sampled || img.Sampled()
		switch {
		case x.plan.Fault.Rot:
			sampled = true // data rots in another place in every image, so the images of a crash point are not one search
		case path.Strayed():
			sampled = true
			x.diverged()
		}
		if more = path.Next() && req.Only == nil; !more && req.Only == nil && leaf+1 < x.damages(j) {
			path, more = decide.NewPath(decide.OnDemand), true
		}
	}
	return explored{whole: !sampled}
}

// enough reports whether no further image of the crash point at hand is recovered once there were so many.
func (x *explorer) enough(images int) bool {
	req := x.shared.req
	return req.Only == nil && (images == req.Images || images >= OwedImages && x.late())
}

// beforehand explores the images of a crash point that are decided before recovery looks.
func (x *explorer) beforehand(j *job) explored {
	if only := x.shared.req.Only; only != nil {
		lives := 0
		x.image(j, origin{job: j, path: decide.PathTo(only.Picks, decide.Beforehand), leaf: only.Leaf}, nil, &lives)
		return explored{cut: x.ended()}
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
		if x.enough(leaf) {
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
	return explored{whole: whole}
}

// rotting recovers images in each of which something rots, as often as is due.
func (x *explorer) rotting(j *job, images []decide.Decided) explored {
	lives := 0
	for leaf := range max(len(images), x.damages(j)) {
		if x.ended() {
			return explored{cut: true}
		}
		if x.enough(leaf) {
			break
		}
		x.image(j, origin{job: j, path: images[leaf%len(images)].Path.Again(), leaf: leaf}, nil, &lives)
	}
	return explored{}
}
