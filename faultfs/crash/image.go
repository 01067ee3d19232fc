package crash

import (
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Image is the undecided part of a crash image: the pending ops of its crash point and what has been decided about
// them. The decided ops are closed at all times: if an op is kept, so is everything that it follows; if it is lost, so
// is everything that follows it. So the rest can be decided either way.
type Image struct {
	point   *Point
	index   *pendingIndex
	chooser Chooser
	limit   int
	fates   []model.Fate   // fate of each op of point.pending
	log     []decision     // decisions, oldest first; those of the profile come before and are not in it
	now     *atomic.Uint64 // time of the filesystem that looks
	sampled bool           // some observation would have taken more answers than the limit
	lost    int            // bytes of lost data
	open    []int          // scratch space for undecided
	chains  []int          // scratch space for tooMany
	todo    []int32        // scratch space for put
}

// decision records at which tick of the image's own time the fate of an op was decided.
type decision struct {
	op   int
	tick uint64
}

// Sampled reports whether some observation would have taken more answers than the limit.
func (im *Image) Sampled() bool { return im.sampled }

// Model returns the rules by which the image was made.
func (im *Image) Model() model.Model { return im.point.model }

// LostBytes returns how many bytes of pending writes the image is known to have lost.
func (im *Image) LostBytes() int { return im.lost }

// LastIno returns the greatest inode number in a pending op.
func (im *Image) LastIno() trace.Ino { return im.index.last }

// StaleBlocks reports whether the image follows the rule StaleBlocks. Under that rule, a write to a page that has no
// block on the disk differs from one to a page that has one.
func (im *Image) StaleBlocks() bool { return im.point.model.Rules().Has(model.StaleBlocks) }

// put decides op i and, along with it, everything that it follows if it is kept, or everything that follows it if it is
// lost.
func (im *Image) put(i int, keep bool) {
	f, along := model.Lost, im.index.dependents
	if keep {
		f, along = model.Kept, im.index.needs
	}
	todo := append(im.todo[:0], int32(i))
	for len(todo) > 0 {
		i := int(todo[len(todo)-1])
		todo = todo[:len(todo)-1]
		if im.fates[i] != model.Undecided {
			continue
		}
		im.fates[i] = f
		im.log = append(im.log, decision{i, im.now.Load()})
		im.count(i)
		todo = append(todo, along.of(i)...)
	}
	im.todo = todo
}

func (im *Image) count(i int) {
	if p := im.point.pending[i]; im.fates[i] == model.Lost && !p.stale {
		im.lost += len(p.data)
	}
}

// look decides the ops at the given indexes, in order, by asking the chooser.
func (im *Image) look(indexes []int) {
	open := im.undecided(indexes)
	if im.tooMany(open) {
		im.sample(open)
		return
	}
	for _, i := range open {
		if im.fates[i] == model.Undecided {
			im.put(i, im.chooser.Choose(2, uint64(im.point.pending[i].seq)) == 1)
		}
	}
}

// sample decides the open ops as one subset: the one given by a SubsetChooser, or else a member of a family.
func (im *Image) sample(open []int) {
	im.sampled = true
	first := uint64(im.point.pending[open[0]].seq)
	about := first<<32 | uint64(len(open))
	var has func(int) bool
	if c, ok := im.chooser.(SubsetChooser); ok {
		has = c.Subset(len(open), about)
	}
	if has == nil {
		f := newFamily(len(open), first)
		has = f.member(im.chooser.Choose(f.size(), about))
	}
	for position, i := range open {
		if im.fates[i] == model.Undecided {
			im.put(i, has(position))
		}
	}
}

// loseAbsent marks as lost the ops that the disk certainly does not have, except those that the profile keeps because
// the machine keeps running.
func (im *Image) loseAbsent() {
	for i, p := range im.point.pending {
		if p.absent {
			im.put(i, false)
		}
	}
}
