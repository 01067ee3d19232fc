package crash

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// Leftover tracks what a crash may have done to one file and no one has looked at yet.
type Leftover struct {
	file   *pendingFile
	sized  bool
	size   int64  // size left by the crash, once sized
	filled []bool // sector ops whose sector is decided and stored in the content; allocated with the first one
	open   int    // number of sector ops below size that are not filled
}

// Leftover returns what may have happened to a file, or nil if nothing is pending for it.
func (im *Image) Leftover(ino trace.Ino) *Leftover {
	if f := im.index.files[ino]; f != nil {
		return &Leftover{file: f}
	}
	return nil
}

// Sized reports whether the size of the file is decided.
func (l *Leftover) Sized() bool { return l.sized }

// Size returns the size in bytes left by the crash, once Sized.
func (l *Leftover) Size() int64 { return l.size }

// Filled reports whether all bytes of the file are decided, once Sized.
func (l *Leftover) Filled() bool { return l.open == 0 }

// Resize decides the size of a file and truncates or extends its content, which must be the durable one. A file with
// more pending ops than the limit allows is decided as a whole, because trying a family of contents for each of a
// family of sizes would take too many images.
func (im *Image) Resize(l *Leftover, c *disk.Content) {
	if im.tooMany(im.undecided(l.file.ops)) {
		im.look(l.file.ops)
	} else {
		im.look(l.file.sizes)
	}
	for _, i := range l.file.sizes {
		if im.fates[i] == model.Kept {
			c.SetSize(im.point.pending[i].size)
		}
	}
	below := l.file.below(c.Size())
	l.sized, l.size, l.open = true, c.Size(), len(below)
	for _, s := range l.file.sectors[len(below):] {
		if im.fates[s.op] == model.Undecided && im.point.pending[s.op].off >= l.size {
			im.put(int(s.op), false) // it is not in any block of the file
		}
	}
}

// Fill decides the sectors of [from, to) that the content does not have yet and stores their bytes there. Bytes beyond
// the size left by the crash stay out, even if the file has grown since.
func (im *Image) Fill(l *Leftover, c *disk.Content, from, to int64) {
	below := l.file.below(min(to, l.size))
	begin := min(l.file.find(from/l.file.unit), len(below))
	var ops []int
	for k := begin; k < len(below); k++ {
		if l.filled == nil || !l.filled[k] {
			ops = append(ops, int(below[k].op))
		}
	}
	if len(ops) == 0 {
		return
	}
	slices.Sort(ops)
	im.look(slices.Compact(ops))
	if l.filled == nil {
		l.filled = make([]bool, len(l.file.sectors))
	}
	for k := begin; k < len(below); {
		end := k + 1
		for end < len(below) && below[end].sector == below[k].sector {
			end++
		}
		if !l.filled[k] {
			im.fillSector(l, c, below[k:end])
			l.open -= end - k
		}
		for ; k < end; k++ {
			l.filled[k] = true
		}
	}
}

// fillSector applies the kept ops of one sector, in order, to the durable bytes.
func (im *Image) fillSector(l *Leftover, c *disk.Content, ops []sectorOp) {
	var buf [16]int32
	replay := buf[:0]
	for _, s := range ops {
		if im.fates[s.op] == model.Kept {
			replay = append(replay, s.op)
		}
	}
	if len(replay) == 0 {
		return // Resize has truncated the durable bytes already
	}
	if l.file.cuts {
		for _, i := range l.file.sizes {
			if im.fates[i] == model.Kept && im.point.pending[i].cut {
				replay = append(replay, int32(i))
			}
		}
		slices.Sort(replay)
	}
	var small [disk.SectorBytes]byte
	b, unit := small[:], l.file.unit
	if unit > disk.SectorBytes {
		b = make([]byte, unit)
	}
	start := ops[0].sector * unit
	if on := im.point.disk.Content(l.file.ino); on != nil {
		on.ReadAt(b, start)
	}
	for _, i := range replay {
		p := im.point.pending[i]
		switch {
		case p.kind == pendingData:
			copy(b[max(0, p.off-start):], p.data[max(0, start-p.off):])
		case p.size < start+unit:
			clear(b[max(0, p.size-start):])
		}
	}
	c.WriteAt(b[:min(unit, l.size-start)], start)
}
