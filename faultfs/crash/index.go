package crash

import (
	"cmp"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// pendingIndex finds the pending ops that an observation can see, as indexes into Point.pending. It is built once for
// each crash point and never changes.
type pendingIndex struct {
	needs      edges // what must be kept with an op
	dependents edges // what is lost with an op
	names      map[trace.Ino][]int
	where      map[nameKey][]int
	files      map[trace.Ino]*pendingFile
	idle       []bool    // ops removed by dropIdle; nil if that was not called
	unit       int64     // bytes of a sector; the ops of a file are sorted by it
	last       trace.Ino // the greatest inode number in any op
}

// pendingFile is the pending ops of one file.
type pendingFile struct {
	ino     trace.Ino
	ops     []int // all, oldest first
	sizes   []int
	cuts    bool // some size op shortens the file
	sectors []sectorOp
	unit    int64
}

// sectorOp is a data op in a sector. Those of a file are sorted by sector, and by age within a sector. A data op for
// the unwritten part of a new block is in several sectors.
type sectorOp struct {
	sector int64
	op     int32
}

func newIndex(ops []*pendingOp, unit int64) *pendingIndex {
	x := &pendingIndex{unit: unit, names: map[trace.Ino][]int{}, files: map[trace.Ino]*pendingFile{}, where: map[nameKey][]int{}}
	for i, p := range ops {
		x.last = max(x.last, p.ino)
		switch p.kind {
		case pendingNames:
			x.addNames(i, p)
		case pendingSize:
			f := x.file(p.ino)
			f.ops = append(f.ops, i)
			f.sizes, f.cuts = append(f.sizes, i), f.cuts || p.cut
		case pendingData:
			f := x.file(p.ino)
			f.ops = append(f.ops, i)
			for sector := p.off / unit; sector*unit < p.end(); sector++ {
				f.sectors = append(f.sectors, sectorOp{sector, int32(i)})
			}
		}
	}
	for _, f := range x.files {
		slices.SortStableFunc(f.sectors, func(a, b sectorOp) int { return cmp.Compare(a.sector, b.sector) })
	}
	x.connect(ops)
	return x
}

func (x *pendingIndex) addNames(i int, p *pendingOp) {
	for _, e := range p.edits {
		x.last = max(x.last, disk.Owner(e.Ino), disk.Owner(e.Parent))
		if in := x.names[e.Parent]; len(in) == 0 || in[len(in)-1] != i {
			x.names[e.Parent] = append(in, i)
		}
		at := nameKey{e.Parent, e.Name}
		x.where[at] = append(x.where[at], i)
	}
}

func (x *pendingIndex) file(ino trace.Ino) *pendingFile {
	f := x.files[ino]
	if f == nil {
		f = &pendingFile{ino: ino, unit: x.unit, sectors: make([]sectorOp, 0, 16)}
		x.files[ino] = f
	}
	return f
}

// connect collects the edges of each op, including those of the sequence of MetadataInOrder. If a sync takes an op out
// of the middle of the sequence, as on btrfs, the ops before and after it become neighbours.
func (x *pendingIndex) connect(ops []*pendingOp) {
	earlier, later := make([]int32, 0, 2*len(ops)), make([]int32, 0, 2*len(ops))
	edge := func(i, j int) { earlier, later = append(earlier, int32(i)), append(later, int32(j)) }
	last := -1 // the last op in the sequence
	for i, p := range ops {
		if p.absent {
			continue // nothing waits for an op that never reaches the disk
		}
		if last >= 0 && ops[last].mount != p.mount {
			last = -1
		}
		if last >= 0 && p.place != unordered && !p.failedBytes() {
			edge(last, i)
		}
		if p.place == inOrder && !p.failedBytes() {
			last = i
		}
		for _, list := range [][]*pendingOp{p.after, p.together} {
			for _, a := range list {
				if j, pending := position(ops, a.seq); pending && !ops[j].absent {
					edge(j, i)
				}
			}
		}
	}
	x.needs, x.dependents = newEdges(len(ops), later, earlier), newEdges(len(ops), earlier, later)
}

// below returns the sector ops of the sectors that begin before size.
func (f *pendingFile) below(size int64) []sectorOp {
	return f.sectors[:f.find((size+f.unit-1)/f.unit)]
}

// find returns the index at which the ops of a sector begin.
func (f *pendingFile) find(sector int64) int {
	i, _ := slices.BinarySearchFunc(f.sectors, sector, func(s sectorOp, at int64) int { return cmp.Compare(s.sector, at) })
	return i
}
