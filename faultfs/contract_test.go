package faultfs_test

import (
	"bytes"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// contract is what a profile promises beyond posix-min, in the oracle's own words.
type contract struct {
	unit              int64 // how many bytes are kept or lost as one
	sequence          bool  // a power cut leaves a prefix of the changes to names and of the truncations; sizes follow what came before them
	bytesFollow       bool  // bytes, too, follow what came before them
	syncTakesNames    bool
	syncTakesSequence bool
	wholePages        bool // the bytes and the size of one page of a write are one piece, which has a place in the sequence
	sizeWaits         bool // a size follows the bytes that it shows
	overtake          bool // sizes that writes set keep their order only within a page
	brought           bool // any page that is written brings along the size that the file has in memory then
	truncateWaits     bool
	renameWaits       bool // a rename over a file waits for the size of the new file
	oneByOne          bool // a sync of a directory does not cover other names of its files, so a move has two halves
	apart             bool // power can be cut between the two halves
	stale             bool // new blocks may show what was there before
	reuse             bool // freed blocks may show what was written to them after they were freed
	torn, tear        bool
	lies              uint64
}

func contractOf(m faultfs.Model) contract {
	c := contract{unit: 512}
	switch m.Profile.Name {
	case "ext4-ordered":
		c = contract{unit: 512, sequence: true, syncTakesNames: true, syncTakesSequence: true, renameWaits: true}
	case "ext4-writeback":
		c = contract{
			unit: 512, sequence: true, syncTakesNames: true, syncTakesSequence: true, renameWaits: true,
			stale: true, reuse: true,
		}
	case "ext4-journal":
		c = contract{unit: 4096, sequence: true, syncTakesNames: true, syncTakesSequence: true, wholePages: true}
	case "xfs":
		c = contract{unit: 512, sequence: true, syncTakesNames: true, syncTakesSequence: true, sizeWaits: true, truncateWaits: true}
		c.overtake = true
	case "btrfs":
		c = contract{unit: 4096, sequence: true, syncTakesNames: true, sizeWaits: true, bytesFollow: true}
		c.overtake, c.brought, c.oneByOne = true, !m.Device.SafeAppend, true
	}
	if m.Device.Sector != 0 && c.unit < 4096 {
		c.unit = m.Device.Sector
	}
	c.apart, c.oneByOne = m.Device.RenameSplit, c.oneByOne || m.Device.RenameSplit
	c.torn, c.tear, c.lies = m.Device.Torn, m.Device.Tear, m.Device.IgnoreFlush
	c.sizeWaits = c.sizeWaits || m.Device.SafeAppend
	return c
}

func (p *piece) inSequence(o *oracle) bool {
	return p.edits != nil || p.op.Kind == faultfs.OpTruncate && p.resize || o.wholePages
}

// inSequenceToo reports whether bytes have a place in the sequence.
func (o *oracle) inSequenceToo() bool { return o.wholePages || o.bytesFollow }

// clears reports whether a truncation clears the rest of its last page by a write that is not part of the sequence. It
// does unless the page is a hole.
func (o *oracle) clears(op *faultfs.Op) (has bool) {
	page := op.Size / 4096
	for i := range o.pieces {
		switch p := &o.pieces[i]; {
		case p.edits != nil || p.file != op.Ino || p.void:
		case p.shrinks && p.size <= page*4096 && p.op != op:
			has = false
		case p.bytes != nil && p.off/4096 == page && !p.rest:
			has = true
		}
	}
	return has && !o.inSequenceToo()
}

// clearedBy returns the pending truncation whose zeros a write overwrites in a sector, or -1. Until those zeros are
// written, the block may still have what was cut off.
func (o *oracle) clearedBy(op *faultfs.Op, off int64) int {
	cut, last := -1, -1
	for i := range o.pieces {
		switch p := &o.pieces[i]; {
		case p.edits != nil || p.file != op.Ino:
		case p.shrinks && !p.durable:
			cut = i
		case p.bytes != nil && !p.rest && p.off/o.unit == off/o.unit:
			last = i
		}
	}
	if last < 0 || !o.stale || op.Kind == faultfs.OpTruncate {
		return -1
	}
	if p := &o.pieces[last]; p.op.Kind != faultfs.OpTruncate || p.durable || p.void {
		return -1
	}
	return cut
}

// adrift reports whether the piece has bytes of a page that is clean although the disk may lack it. Such bytes have no
// place in the sequence, and no sync covers them.
func (p *piece) adrift() bool { return p.dead && p.bytes != nil && !p.resize }

// promised reports whether a profile makes piece b need the earlier piece a.
func (o *oracle) promised(a, b *piece) bool {
	switch {
	case a.edits != nil && b.edits != nil: // a new name needs the name of its directory
		return o.syncTakesNames && slices.ContainsFunc(b.edits, func(e faultfs.Edit) bool {
			return e.Ino != 0 && a.op.Ino == e.Parent && a.op.Kind == faultfs.OpCreate
		})
	case b.edits != nil && a.file == b.op.Ino && b.op.Kind == faultfs.OpRename && b.op.Victim != 0:
		return o.renameWaits && a.resize
	}
	return false
}

// wait makes the sizes of a write need those of its bytes that they make readable. The pieces of the write begin with
// number first.
func (o *oracle) wait(op *faultfs.Op, first int) {
	for i := first; i < len(o.pieces); i++ {
		for j := first; j < len(o.pieces); j++ {
			size, b := &o.pieces[i], &o.pieces[j]
			if !size.resize || b.bytes == nil || i == j || b.off/4096 != (size.size-1)/4096 || b.off+int64(len(b.bytes)) <= op.OldSize {
				continue
			}
			if o.sizeWaits || o.wholePages {
				size.needs = append(size.needs, j)
			}
		}
	}
}

// bring replays a write page by page, as btrfs does it in memory. If a page other than the last of the file is dirty
// while the file has some size, that size may reach the disk with any dirty page. So it needs nothing but the
// truncations before it. first is the first piece of the write.
func (o *oracle) bring(op *faultfs.Op, first int) {
	if !o.brought || len(op.Data) == 0 {
		return
	}
	end, dirty := op.Off+int64(len(op.Data)), o.dirtyPages(op, first)
	for page := op.Off / 4096; page*4096 < end; page++ {
		dirty[page] = true
		size := max(op.OldSize, min(end, page*4096+4096))
		if own := (size - 1) / 4096; len(dirty) == 1 && dirty[own] {
			continue
		}
		for i := range slices.Backward(o.pieces) {
			if p := &o.pieces[i]; p.resize && p.file == op.Ino && p.size == size {
				if p.op.Kind == faultfs.OpWrite {
					p.needs = slices.DeleteFunc(p.needs, func(j int) bool { return o.pieces[j].op.Kind == faultfs.OpWrite })
				}
				break
			}
		}
	}
}

// dirtyPages returns the pages of the file that were not on the disk before a write, whose pieces begin with number
// first. If the write leaves a hole, the page in which the hole begins is one of them, because the system clears the
// rest of it.
func (o *oracle) dirtyPages(op *faultfs.Op, first int) map[int64]bool {
	dirty := map[int64]bool{}
	cleared := func(at, next int64) {
		if at%4096 != 0 && at/4096 < next/4096 {
			dirty[at/4096] = true
		}
	}
	for i := range o.pieces[:first] {
		p := &o.pieces[i]
		if p.edits != nil || p.file != op.Ino {
			continue
		}
		for page := range dirty {
			if p.shrinks && page*4096 >= p.size {
				delete(dirty, page)
			}
		}
		switch truncates := p.op.Kind == faultfs.OpTruncate; {
		case p.durable || p.dead || p.void:
		case p.bytes != nil:
			dirty[p.off/4096] = true
		case truncates:
			cleared(p.op.OldSize, p.op.Size)
		default:
			cleared(p.op.OldSize, p.op.Off)
		}
	}
	cleared(op.OldSize, op.Off)
	return dirty
}

// hurry replays a truncation that sets the size at once: no size waits for bytes below it any more.
func (o *oracle) hurry(op *faultfs.Op) {
	for i := range o.pieces {
		if p := &o.pieces[i]; !o.truncateWaits && !o.wholePages && !p.durable && p.resize && p.file == op.Ino {
			p.needs = slices.DeleteFunc(p.needs, func(j int) bool {
				return o.pieces[j].bytes != nil && o.pieces[j].off < op.Size
			})
		}
	}
}

// isNew reports whether the disk has no block for a page of a file, or loses it to a truncation that may be pending.
func (o *oracle) isNew(file faultfs.Ino, page int64) bool {
	has := false
	for i := range o.pieces {
		switch p := &o.pieces[i]; {
		case p.edits != nil || p.file != file:
		case p.shrinks && p.size <= page*4096:
			has = false
		case p.bytes != nil && p.durable && p.off/4096 == page:
			has = true
		}
	}
	return !has
}

// placed reports whether bytes are pending for a sector of a file since it was last cut off.
func (o *oracle) placed(file faultfs.Ino, off int64) bool {
	pending := false
	for i := range o.pieces {
		switch p := &o.pieces[i]; {
		case p.edits != nil || p.file != file:
		case p.shrinks && p.size <= off/4096*4096:
			pending = false
		case p.bytes != nil && !p.rest && p.off/o.unit == off/o.unit:
			pending = pending || !p.durable
		}
	}
	return pending
}

// rests returns the runs of bytes, each as its offset and end, that an operation makes part of the file without writing
// them: the unwritten rest of new blocks, up to the size of the file.
func (o *oracle) rests(op *faultfs.Op) (runs [][2]int64) {
	if !o.stale {
		return nil
	}
	for from := int64(0); from < op.Size; from += 4096 {
		had, gets := o.hasBytes(op.Ino, from), len(op.Data) > 0 && op.Off < from+4096 && op.Off+int64(len(op.Data)) > from
		if !o.isNew(op.Ino, from/4096) || !had && !gets {
			continue
		}
		for at := from; at < min(from+4096, op.Size); at++ {
			switch {
			case gets && at >= op.Off && at < op.Off+int64(len(op.Data)): // written
			case had && at < op.OldSize: // nothing new
			case len(runs) > 0 && runs[len(runs)-1][1] == at && at > from:
				runs[len(runs)-1][1]++
			default:
				runs = append(runs, [2]int64{at, at + 1})
			}
		}
	}
	return runs
}

// hasBytes reports whether some bytes are pending for a page since it was last cut off.
func (o *oracle) hasBytes(file faultfs.Ino, page int64) bool {
	for i := range o.pieces {
		if p := &o.pieces[i]; p.bytes != nil && p.file == file && p.off/4096*4096 == page && o.placed(file, p.off) {
			return true
		}
	}
	return false
}

// addRests adds two pieces for each run: stale bytes, and the zeros that replace them.
func (o *oracle) addRests(op *faultfs.Op, runs [][2]int64) {
	for _, r := range runs {
		stale, zeros := bytes.Repeat([]byte{'#'}, int(r[1]-r[0])), make([]byte, r[1]-r[0])
		o.add(piece{op: op, file: op.Ino, off: r[0], bytes: stale, rest: true})
		o.add(piece{op: op, file: op.Ino, off: r[0], bytes: zeros, rest: true})
	}
}
