package faultfs_test

import (
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// The oracle determines by brute force what a power cut may leave. It knows the trace and the rules of the profiles
// (contract_test.go) in their plainest form, pair by pair, and shares no code with the package: the pieces of all
// operations stay in one list for ever. An image is that list with some pieces left out, applied from the start.

// piece is the smallest unit that a power cut keeps or loses.
type piece struct {
	op      *faultfs.Op
	edits   []faultfs.Edit // what it does to names, or
	file    faultfs.Ino    // the file whose size or bytes it sets
	resize  bool
	size    int64
	shrinks bool
	off     int64
	bytes   []byte
	rest    bool          // bytes of a new block that no operation wrote
	above   []faultfs.Ino // for a name that moved into another directory: all directories above the new name
	needs   []int         // pieces that must be there too, mostly earlier ones
	behind  []int         // the same for a power cut, but a sync does not take them along
	beside  []int         // the same, but a sync of a directory that covers this piece does not take them along
	owners  []faultfs.Ino // for edits: the files that get or lose a name
	durable bool
	dead    bool // the sync that should have made it durable failed
	gone    bool // dead, and the disk does not have it
	logged  bool // dead, and in a journal
	unread  bool // logged, and no longer in memory
	void    bool // neither the disk nor the memory will ever have it
}

type oracle struct {
	contract
	pieces []piece
}

// newOracle replays a trace up to and including tick.
func newOracle(trace []faultfs.Op, tick uint64) *oracle {
	return oracleOf(faultfs.Model{}, trace, tick)
}

// oracleOf is newOracle for another model than posix-min.
func oracleOf(model faultfs.Model, trace []faultfs.Op, tick uint64) *oracle {
	o := &oracle{contract: contractOf(model)}
	for i := range trace {
		if op := &trace[i]; op.Tick <= tick {
			o.step(op)
		}
	}
	return o
}

func (o *oracle) step(op *faultfs.Op) {
	if op.Kind == faultfs.OpSync || op.Kind == faultfs.OpWriteback {
		if op.Fault == faultfs.FailedSync || o.lies == 0 || op.Tick < o.lies {
			o.sync(op)
		}
		return
	}
	if op.Fault == faultfs.Evict {
		for i := range o.pieces {
			p := &o.pieces[i]
			drops := !p.durable && p.dead && !p.resize && p.edits == nil && p.file == op.Ino
			p.void, p.unread = p.void || drops && !p.logged, p.unread || drops && p.logged
		}
	}
	if len(op.Edits) > 0 {
		o.addNames(op)
	}
	if op.Kind != faultfs.OpWrite && op.Kind != faultfs.OpTruncate {
		return
	}
	o.revive(op)
	rests := o.rests(op)
	if op.Kind == faultfs.OpTruncate {
		o.hurry(op)
		o.add(piece{op: op, file: op.Ino, resize: true, size: op.Size, shrinks: op.Size < op.OldSize})
		for at := op.Size; at < op.OldSize && at%4096 != 0 && o.clears(op); {
			end := min(op.OldSize, at/o.unit*o.unit+o.unit)
			o.addBytes(op, at, make([]byte, end-at)) // the rest of the page is cleared
			at = end
		}
		o.addRests(op, rests)
		return
	}
	first := len(o.pieces)
	for size := op.OldSize + 1; size <= op.Size && !o.wholePages; size++ {
		if size == op.Size || size%4096 == 0 && (size > op.Off || op.OldSize/4096 == size/4096-1 && op.OldSize%4096 != 0) {
			o.add(piece{op: op, file: op.Ino, resize: true, size: size})
		}
	}
	for i := 0; i < len(op.Data); {
		n := i
		for n < len(op.Data) && (op.Off+int64(n))/o.unit == (op.Off+int64(i))/o.unit {
			n++
		}
		o.addBytes(op, op.Off+int64(i), op.Data[i:n])
		i = n
	}
	o.wait(op, first)
	o.bring(op, first)
	o.addRests(op, rests)
}

// addBytes adds what one call writes into one sector.
func (o *oracle) addBytes(op *faultfs.Op, off int64, b []byte) {
	p := piece{op: op, file: op.Ino, off: off}
	if end := off + int64(len(b)); o.wholePages && end > op.OldSize {
		p.resize, p.size = true, end
	}
	if o.torn || o.stale && o.isNew(op.Ino, off/4096) && !o.placed(op.Ino, off) {
		g := p
		g.bytes = []byte(strings.Repeat("#", len(b)))
		o.add(g)
	} else if cut := o.clearedBy(op, off); cut >= 0 {
		g := p
		g.bytes, g.needs, g.rest = []byte(strings.Repeat("#", len(b))), []int{cut}, true
		o.add(g)
	}
	for i, at := range b {
		if i > 0 && o.tear && (i == 1 || i == len(b)/2 || i == len(b)-1) {
			o.add(p)
			p.off, p.bytes = p.off+int64(len(p.bytes)), nil
		}
		p.bytes = append(p.bytes, at)
	}
	o.add(p)
}

func (o *oracle) add(p piece) {
	for i := range o.pieces {
		switch a := &o.pieces[i]; {
		case o.oneByOne && removal(&p) && a.edits != nil && !sameName(a, &p) && sameOwner(a, &p):
			p.beside = append(p.beside, i)
			if o.sequence {
				p.behind = append(p.behind, i)
			}
		case o.ordered(a, &p) || o.promised(a, &p):
			p.needs = append(p.needs, i)
		case o.sequence && a.inSequence(o) && (p.inSequence(o) || p.edits == nil && (p.bytes == nil || o.bytesFollow)):
			p.behind = append(p.behind, i)
		}
	}
	o.pieces = append(o.pieces, p)
}

// ordered reports whether, under posix-min, piece b cannot be on the disk without the earlier piece a.
func (o *oracle) ordered(a, b *piece) bool {
	switch {
	case a.edits != nil && b.edits != nil:
		return sameName(a, b) || sameOwner(a, b) ||
			a.movesOneOf(b.above) && (a.op.Kind == faultfs.OpCreate || b.op.Kind != faultfs.OpLink) ||
			b.op.Kind == faultfs.OpRemove && b.op.Dir && changes(a, b.op.Ino)
	case a.edits != nil || b.edits != nil || a.file != b.file:
		return false
	case a.resize && b.resize:
		writes := a.op.Kind == faultfs.OpWrite && b.op.Kind == faultfs.OpWrite
		return !o.overtake || !writes || (a.size-1)/4096 == (b.size-1)/4096
	case a.shrinks && b.off+int64(len(b.bytes)) > a.size:
		return !o.reuse && (o.inSequenceToo() || b.off/4096 > (a.size-1)/4096 || a.size == 0)
	case a.rest || b.rest: // the zeros that replace stale bytes
		return a.rest && b.rest && a.op == b.op && a.off == b.off
	case a.bytes == nil || b.bytes == nil:
		return false
	}
	return a.off/o.unit == b.off/o.unit
}

func (o *oracle) covered(p *piece, sync *faultfs.Op) bool {
	if sync.Dir {
		return changes(p, sync.Ino)
	}
	return p.edits == nil && p.file == sync.Ino
}

func (o *oracle) sync(op *faultfs.Op) {
	for i := range o.pieces {
		p := &o.pieces[i]
		switch {
		case p.durable || p.void || p.dead:
		case op.Fault == faultfs.NoEffect && (o.covered(p, op) || o.syncTakesNames && o.named(p, op.Ino)):
			o.harden(i, op)
		case op.Fault == faultfs.FailedSync && o.covered(p, op):
			o.fail(i, op)
		}
	}
}

// fail makes one piece fail as the table in FAULTS.md says. A write-back that is not a sync, so that no one waits for
// it, concerns the bytes only.
func (o *oracle) fail(i int, op *faultfs.Op) {
	p, waited := &o.pieces[i], op.Kind == faultfs.OpSync
	switch {
	case p.edits != nil:
		p.dead = true
	case !p.resize:
		p.dead, p.logged = true, op.As == faultfs.Ext4Journal
		p.gone = op.As == faultfs.Ext4Ordered || op.As == faultfs.XFS || op.As == faultfs.Btrfs
	case waited && op.As == faultfs.AnyFailure:
		p.dead = true
	case waited:
		o.harden(i, op)
	}
}

// harden makes a piece durable for a sync, together with what it needs.
func (o *oracle) harden(i int, sync *faultfs.Op) {
	if p := &o.pieces[i]; p.durable || p.gone || p.void || p.adrift() {
		return
	}
	o.pieces[i].durable = true
	for _, j := range o.pieces[i].needs {
		o.harden(j, sync)
	}
	for _, j := range o.pieces[i].behind {
		if o.syncTakesSequence {
			o.harden(j, sync)
		}
	}
	for _, j := range o.pieces[i].beside {
		if !sync.Dir || !removal(&o.pieces[i]) && !changes(&o.pieces[i], sync.Ino) {
			o.harden(j, sync)
		}
	}
}

// revive undoes a failed sync where a later operation makes pages, or the size, dirty again.
func (o *oracle) revive(op *faultfs.Op) {
	for i := range o.pieces {
		p := &o.pieces[i]
		if p.edits != nil || p.file != op.Ino || len(op.Data) == 0 && op.Size == op.OldSize {
			continue
		}
		for at := range op.Data {
			if p.bytes != nil && p.off/4096 == (op.Off+int64(at))/4096 {
				p.void = p.void || p.unread
				p.dead, p.gone, p.logged = false, false, false
			}
		}
		if p.resize {
			p.dead = false
		}
	}
}

// pending returns how many pieces a power cut may lose.
func (o *oracle) pending() (n int) {
	for i := range o.pieces {
		if !o.pieces[i].durable && !o.pieces[i].void {
			n++
		}
	}
	return n
}

// images calls visit with every state that a power cut can leave and returns the number of subsets of pieces.
func (o *oracle) images(visit func(*state)) (subsets int) {
	in := make([]bool, len(o.pieces))
	var decide func(i int)
	decide = func(i int) {
		if i == len(in) {
			if o.closed(in) {
				subsets++
				visit(o.apply(in))
			}
			return
		}
		p := &o.pieces[i]
		if !p.durable {
			in[i] = false
			decide(i + 1)
		}
		for _, j := range p.needs {
			if j < i && !in[j] && !p.durable && !o.pieces[j].void {
				return
			}
		}
		for _, j := range p.behind {
			if !in[j] && !p.durable && !p.adrift() && !o.pieces[j].adrift() {
				return
			}
		}
		if p.gone || p.void {
			return
		}
		in[i] = true
		decide(i + 1)
	}
	decide(0)
	return subsets
}

// closed reports whether everything that the chosen pieces need is also chosen.
func (o *oracle) closed(in []bool) bool {
	for i := range o.pieces {
		for _, j := range slices.Concat(o.pieces[i].needs, o.pieces[i].beside) {
			if in[i] && !in[j] && !o.pieces[i].durable && !o.pieces[j].void {
				return false
			}
		}
	}
	return true
}

func (o *oracle) apply(in []bool) *state {
	s := &state{
		dirs: map[faultfs.Ino]map[string]faultfs.Edit{1: {}}, files: map[faultfs.Ino][]byte{},
		blocks: map[faultfs.Ino]map[int64]bool{},
	}
	for i := range o.pieces {
		p := &o.pieces[i]
		switch {
		case !in[i] && o.overtaken(i, in):
			s.change(&piece{file: p.file, resize: true, size: p.size})
		case !in[i]:
		case p.edits != nil:
			for _, e := range p.edits {
				s.edit(e)
			}
		default:
			s.change(p)
		}
	}
	return s
}

// overtaken reports whether a size is missing while a later one is there.
func (o *oracle) overtaken(i int, in []bool) bool {
	for j := i + 1; j < len(in) && o.overtake && o.pieces[i].resize; j++ {
		if in[j] && o.pieces[j].resize && o.pieces[j].file == o.pieces[i].file {
			return true
		}
	}
	return false
}
