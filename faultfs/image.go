package faultfs

import (
	"math/bits"
	"slices"
	"sync/atomic"
)

// fate is what became of a pending op in one image.
type fate uint8

const (
	undecided fate = iota
	kept
	lost
)

// image is the undecided part of a crash image: the pending ops of its crash point and what was decided of them. The
// decided ops are closed at all times: with a kept op all that it follows is kept, with a lost one all that follows it
// is lost. So the rest can be decided either way.
type image struct {
	point   *CrashPoint
	index   *pendingIndex
	chooser Chooser
	limit   int
	fates   []fate         // of point.pending, by index
	log     []decision     // what was decided, oldest first; a profile's decisions are older and not in it
	now     *atomic.Uint64 // the image's own time
	sampled bool           // some look met more undecided ops than the limit
	lost    int            // bytes of lost data
	open    []int          // scratch of look
	todo    []int32        // scratch of put
}

// decision says when in the image's own time the fate of an op was settled.
type decision struct {
	op   int
	tick uint64
}

func (im *image) fate(i int) fate { return im.fates[i] }

// put decides op i: with it everything that it must follow, if kept, or that must follow it, if lost.
func (im *image) put(i int, keep bool) {
	f, along := lost, im.index.behind
	if keep {
		f, along = kept, im.index.before
	}
	todo := append(im.todo[:0], int32(i))
	for len(todo) > 0 {
		i := int(todo[len(todo)-1])
		todo = todo[:len(todo)-1]
		if im.fates[i] != undecided {
			continue
		}
		im.fates[i] = f
		im.log = append(im.log, decision{i, im.now.Load()})
		im.count(i)
		todo = append(todo, along.of(i)...)
	}
	im.todo = todo
}

func (im *image) count(i int) {
	if p := im.point.pending[i]; im.fates[i] == lost && !p.stale {
		im.lost += len(p.data)
	}
}

// look decides the ops at the given indexes, in order, by asking the chooser.
func (im *image) look(indexes []int) {
	open := im.open[:0]
	for _, i := range indexes {
		if im.fates[i] == undecided {
			open = append(open, i)
		}
	}
	im.open = open
	if len(open) > im.limit && im.questions(open) > im.limit {
		im.sample(open)
		return
	}
	for _, i := range open {
		if im.fates[i] == undecided {
			im.put(i, im.chooser.Choose(2, uint64(im.point.pending[i].seq)) == 1)
		}
	}
}

// questions returns how many answers of yes or no it takes to decide the open ops. Those in the sequence of
// metadataInOrder can only be kept as a prefix, so few answers decide many.
func (im *image) questions(open []int) int {
	ordered := 0
	for _, i := range open {
		if im.point.pending[i].place == inOrder {
			ordered++
		}
	}
	return len(open) - ordered + bits.Len(uint(ordered))
}

// sample decides the open ops as one member of a family of subsets.
func (im *image) sample(open []int) {
	im.sampled = true
	first := im.point.pending[open[0]]
	f := newFamily(len(open), uint64(first.seq))
	member := f.member(im.chooser.Choose(f.size(), uint64(first.seq)<<32|uint64(len(open))))
	for position, i := range open {
		if im.fates[i] == undecided {
			im.put(i, member(position))
		}
	}
}

// settle returns the disk as far as it was decided by the given tick of the image's own time, and the ops that were
// not: the disk has them or not, and no later sync changes that.
func (im *image) settle(tick uint64) (*disk, []*pendingOp) {
	fates := slices.Clone(im.fates)
	for i := len(im.log) - 1; i >= 0 && im.log[i].tick > tick; i-- {
		fates[im.log[i].op] = undecided
	}
	im.restoreOvertaken(fates)
	left := 0
	for _, f := range fates {
		if f == undecided {
			left++
		}
	}
	d, unsized := im.point.disk.share(), map[Ino]bool{}
	open, copies := make([]*pendingOp, 0, left), make([]pendingOp, 0, left)
	for i, p := range im.point.pending {
		switch fates[i] {
		case kept:
			d.apply(p)
			if p.cut {
				open = clip(open, p.ino, p.seq, p.size)
			}
		case undecided:
			copies = append(copies, *p)
			c := &copies[len(copies)-1]
			if p.adrift() {
				c.place = outside
			}
			c.settled, c.stuck, c.evicted = true, false, false
			open = append(open, c)
			unsized[p.ino] = unsized[p.ino] || p.kind == pendingSize
		case lost:
		}
	}
	return d, clipSized(d, open, unsized)
}

// restoreOvertaken keeps the lost sizes that a later one has overtaken: they change nothing, but the bytes before the later
// one find their place.
func (im *image) restoreOvertaken(fates []fate) {
	overtaken := map[Ino]bool{}
	for i, p := range slices.Backward(im.point.pending) {
		switch {
		case p.kind != pendingSize:
		case fates[i] == kept:
			overtaken[p.ino] = true
		case fates[i] == lost && overtaken[p.ino]:
			fates[i] = kept
		}
	}
}

// clipSized takes from the open data ops what lies behind the size of a file whose size is decided: no block of the
// file holds it, so it must not come back when the file grows.
func clipSized(d *disk, open []*pendingOp, unsized map[Ino]bool) []*pendingOp {
	for _, p := range slices.Clone(open) {
		if p.kind == pendingData && !unsized[p.ino] && p.end() > d.size(p.ino) {
			open = clip(open, p.ino, p.seq+1, d.size(p.ino))
		}
	}
	return open
}
