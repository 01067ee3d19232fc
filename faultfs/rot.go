package faultfs

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
)

// Damage is what happened to a disk at rest.
type Damage struct {
	// Effect is BitFlip, Stale, Misplaced or Truncated. Damage that was saved when bits were all that rotted has none.
	Effect Effect `json:",omitempty"`
	Path   string
	// Off is the byte with the flipped bit, the first byte of the stale or misplaced block, or the size that is left.
	Off  int64
	Bit  int    // of BitFlip
	From string `json:",omitempty"` // of Misplaced: the file whose bytes lie there
	At   int64  `json:",omitempty"` // of Misplaced: where they lie in it
}

// String says in words what happened.
func (d Damage) String() string {
	switch d.Effect {
	case Stale:
		return fmt.Sprintf("the block at byte %d of %s holds what it held before", d.Off, d.Path)
	case Misplaced:
		return fmt.Sprintf("the block at byte %d of %s holds the one at byte %d of %s", d.Off, d.Path, d.At, d.From)
	case Truncated:
		return fmt.Sprintf("%s ends after %d bytes", d.Path, d.Off)
	default:
		return fmt.Sprintf("bit %d of byte %d of %s was flipped", d.Bit, d.Off, d.Path)
	}
}

// durableFile is a file of a disk that has bytes.
type durableFile struct {
	path    string
	ino     Ino
	content *content
}

func (f durableFile) pages() int { return int((f.content.size + pageBytes - 1) / pageBytes) }

// page returns the bytes of a page up to the end of the file.
func (f durableFile) page(i int) []byte {
	b := make([]byte, min(pageBytes, f.content.size-int64(i)*pageBytes))
	f.content.readAt(b, int64(i)*pageBytes)
	return b
}

// Rot damages one durable file in the way of the rule, which is AtRest, chosen by the rule's seed and by draw. It
// returns the crash point with the damage, or ok false if no file matches, if none can be damaged in this way, or if
// the rule is not about this tick. The receiver is unchanged; the hit counts on r, which is used by one goroutine at a
// time.
func (p *CrashPoint) Rot(r *Rule, draw uint64) (rotten *CrashPoint, done Damage, ok bool) {
	if !r.at(p.Tick) {
		return nil, Damage{}, false
	}
	all := p.disk.files()
	victims := slices.DeleteFunc(slices.Clone(all), func(f durableFile) bool { return !r.names(f.path) })
	if len(victims) == 0 {
		return nil, Damage{}, false
	}
	rng := rand.New(rand.NewPCG(r.Seed, draw))
	v := victims[rng.IntN(len(victims))]
	disk := p.disk.share()
	to := disk.writable(v.ino, false).content
	switch done = (Damage{Effect: r.Effect, Path: v.path}); r.Effect {
	case BitFlip:
		ok = done.flip(rng, to)
	case Stale:
		ok = done.age(rng, v, to, p.versions(v.ino))
	case Misplaced:
		ok = done.misplace(rng, v, to, all)
	case Truncated:
		done.Off, ok = rng.Int64N(v.content.size), true
		to.setSize(done.Off)
	default:
	}
	if !ok {
		return nil, Damage{}, false
	}
	r.matches, r.hits = r.matches+1, r.hits+1
	own := *p
	own.disk, own.pending, own.index = disk, slices.Clone(p.pending), nil
	return &own, done, true
}

// flip flips one bit.
func (d *Damage) flip(rng *rand.Rand, to *content) bool {
	d.Off, d.Bit = rng.Int64N(to.size), rng.IntN(8)
	var b [1]byte
	to.readAt(b[:], d.Off)
	b[0] ^= 1 << d.Bit
	to.writeAt(b[:], d.Off)
	return true
}

// age gives a block the bytes that it had before the last sync that changed it.
func (d *Damage) age(rng *rand.Rand, v durableFile, to *content, versions []*content) bool {
	first := rng.IntN(v.pages())
	for k := range v.pages() {
		i := (first + k) % v.pages()
		now := v.page(i)
		for _, version := range slices.Backward(versions) {
			old := make([]byte, len(now))
			version.readAt(old, int64(i)*pageBytes)
			if !bytes.Equal(old, now) {
				d.Off = int64(i) * pageBytes
				to.writeAt(old, d.Off)
				return true
			}
		}
	}
	return false
}

// misplace gives a block the bytes of another one, which may belong to another file.
func (d *Damage) misplace(rng *rand.Rand, v durableFile, to *content, all []durableFile) bool {
	i := rng.IntN(v.pages())
	now, first := v.page(i), rng.IntN(len(all))
	for k := range all {
		from := all[(first+k)%len(all)]
		at := rng.IntN(from.pages())
		other := make([]byte, len(now))
		copy(other, from.page(at))
		if !bytes.Equal(other, now) {
			d.Off, d.From, d.At = int64(i)*pageBytes, from.path, int64(at)*pageBytes
			to.writeAt(other, d.Off)
			return true
		}
	}
	return false
}

// versions returns what the program had in a file at the beginning and at each of its syncs, oldest first.
func (p *CrashPoint) versions(ino Ino) []*content {
	c := &content{}
	if on := p.start.inodes[ino]; on != nil {
		c = on.content.fork()
	}
	var all []*content
	keep := func() {
		all = append(all, c)
		c = c.fork()
	}
	keep()
	for i := range p.past {
		op := &p.past[i]
		switch {
		case op.Ino != ino:
		case op.Kind == OpWrite:
			c.writeAt(op.Data, op.Off)
		case op.Kind == OpTruncate && op.Fault == NoEffect:
			c.setSize(op.Size)
		case op.Kind == OpSync && op.Fault == NoEffect:
			keep()
		}
	}
	return all
}

// files returns the files of a disk that have bytes, in the order of their names.
func (d *disk) files() (all []durableFile) {
	d.walk(rootIno, "", func(name string, e entry) {
		if n := d.inodes[e.ino]; !e.dir && n.content.size > 0 {
			all = append(all, durableFile{name, e.ino, n.content})
		}
	})
	return all
}

// walk visits all names below a directory, in name order.
func (d *disk) walk(dir Ino, prefix string, visit func(name string, e entry)) {
	names := d.inodes[dir].names
	for _, name := range slices.Sorted(maps.Keys(names)) {
		e := names[name]
		full := path.Join(prefix, name)
		visit(full, e)
		if e.dir {
			d.walk(e.ino, full, visit)
		}
	}
}
