package crash

import (
	"bytes"
	"math/rand/v2"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// durableFile is a non-empty file on a disk.
type durableFile struct {
	path    string
	ino     trace.Ino
	content *disk.Content
}

func (f durableFile) pages() int {
	return int((f.content.Size() + disk.PageBytes - 1) / disk.PageBytes)
}

// filesOf returns the non-empty files on a disk in the order of their names.
func filesOf(d *disk.Disk) (all []durableFile) {
	d.Walk(func(path string, e disk.Entry) {
		if c := d.Content(e.Ino); !e.Dir && c.Size() > 0 {
			all = append(all, durableFile{path, e.Ino, c})
		}
	})
	return all
}

// page returns the bytes of a page, up to the end of the file.
func (f durableFile) page(i int) []byte {
	b := make([]byte, min(disk.PageBytes, f.content.Size()-int64(i)*disk.PageBytes))
	f.content.ReadAt(b, int64(i)*disk.PageBytes)
	return b
}

// Rot damages one durable file according to a rule, which must be AtRest. The rule's seed and draw select the file and
// the place. It returns the damaged crash point; ok is false if no file matches, none can be damaged in this way, or
// the rule does not apply at this tick. The receiver is unchanged. The hit is counted in r, which must be used by one
// goroutine at a time.
func (p *Point) Rot(r *rule.Rule, draw uint64) (rotten Point, done Damage, ok bool) {
	if !r.At(p.Tick) {
		return Point{}, Damage{}, false
	}
	all := filesOf(p.disk)
	victims := slices.DeleteFunc(slices.Clone(all), func(f durableFile) bool { return !r.Names(f.path) })
	if len(victims) == 0 {
		return Point{}, Damage{}, false
	}
	rng := rand.New(rand.NewPCG(r.Seed, draw))
	v := victims[rng.IntN(len(victims))]
	damaged := p.disk.Share()
	to := damaged.Writable(v.ino)
	switch done = (Damage{Effect: r.Effect, Path: v.path}); r.Effect {
	case trace.BitFlip:
		ok = done.flip(rng, to)
	case trace.Stale:
		ok = done.age(rng, v, to, p.versions(v.ino))
	case trace.Misplaced:
		ok = done.misplace(rng, v, to, all)
	case trace.Truncated:
		done.Off, ok = cutAt(rng, v.content.Size(), p.versions(v.ino)), true
		to.SetSize(done.Off)
	default:
	}
	if !ok {
		return Point{}, Damage{}, false
	}
	r.Strike()
	rotten = *p
	rotten.disk, rotten.pending, rotten.index = damaged, slices.Clone(p.pending), nil
	return rotten, done, true
}

// flip flips one bit.
func (d *Damage) flip(rng *rand.Rand, to *disk.Content) bool {
	d.Off, d.Bit = rng.Int64N(to.Size()), rng.IntN(8)
	var b [1]byte
	to.ReadAt(b[:], d.Off)
	b[0] ^= 1 << d.Bit
	to.WriteAt(b[:], d.Off)
	return true
}

// cutAt returns the size to which a file is cut: half of the time a size that it had at an earlier sync, otherwise any
// smaller size. A file of records that is cut where an earlier sync left it ends between two records and looks whole.
func cutAt(rng *rand.Rand, size int64, versions []*disk.Content) int64 {
	off := rng.Int64N(size)
	var ends []int64
	for _, v := range versions {
		if end := v.Size(); 0 < end && end < size {
			ends = append(ends, end)
		}
	}
	if len(ends) > 0 && rng.IntN(2) == 0 {
		return ends[rng.IntN(len(ends))]
	}
	return off
}

// age restores the bytes that a block had before the last sync that changed it.
func (d *Damage) age(rng *rand.Rand, v durableFile, to *disk.Content, versions []*disk.Content) bool {
	first := rng.IntN(v.pages())
	for k := range v.pages() {
		i := (first + k) % v.pages()
		now := v.page(i)
		for _, version := range slices.Backward(versions) {
			old := make([]byte, len(now))
			version.ReadAt(old, int64(i)*disk.PageBytes)
			if !bytes.Equal(old, now) {
				d.Off = int64(i) * disk.PageBytes
				to.WriteAt(old, d.Off)
				return true
			}
		}
	}
	return false
}

// misplace replaces a block with another one, possibly of another file.
func (d *Damage) misplace(rng *rand.Rand, v durableFile, to *disk.Content, all []durableFile) bool {
	i := rng.IntN(v.pages())
	now, first := v.page(i), rng.IntN(len(all))
	for k := range all {
		from := all[(first+k)%len(all)]
		at := rng.IntN(from.pages())
		other := make([]byte, len(now))
		copy(other, from.page(at))
		if !bytes.Equal(other, now) {
			d.Off, d.From, d.At = int64(i)*disk.PageBytes, from.path, int64(at)*disk.PageBytes
			to.WriteAt(other, d.Off)
			return true
		}
	}
	return false
}

// versions returns what the program had in a file at the beginning and at each of its syncs, oldest first.
func (p *Point) versions(ino trace.Ino) []*disk.Content {
	c := &disk.Content{}
	if on := p.start.Content(ino); on != nil {
		c = on.Fork()
	}
	var all []*disk.Content
	keep := func() {
		all = append(all, c)
		c = c.Fork()
	}
	keep()
	for i := range p.past {
		op := &p.past[i]
		switch {
		case op.Ino != ino:
		case op.Kind == trace.OpWrite:
			c.WriteAt(op.Data, op.Off)
		case op.Kind == trace.OpTruncate && op.Fault == trace.NoEffect:
			c.SetSize(op.Size)
		case op.Kind == trace.OpSync && op.Fault == trace.NoEffect:
			keep()
		}
	}
	return all
}
