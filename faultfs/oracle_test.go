package faultfs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// The oracle says by brute force what a power cut may leave behind. It knows the trace and the rules of posix-min in
// their plainest form, pair by pair, and shares no code with the package: every piece of every operation stays in one
// list for ever, an image is that list with some pieces left out, applied from the start.

// piece is the smallest thing that a power cut keeps or loses.
type piece struct {
	op      *faultfs.Op
	edits   []faultfs.Edit // what it does to names, or
	file    faultfs.Ino    // of which file it sets the size or bytes
	resize  bool
	size    int64
	shrinks bool
	off     int64
	bytes   []byte
	above   []faultfs.Ino // of a name that moved into another directory, all directories above the new name
	needs   []int         // earlier pieces that must be there too
	durable bool
	dead    bool // the sync that should have made it durable failed
	gone    bool // dead, and the disk does not have it
	void    bool // neither the disk nor the memory will ever have it
}

type oracle struct{ pieces []piece }

// newOracle replays a trace up to and including tick.
func newOracle(trace []faultfs.Op, tick uint64) *oracle {
	o := &oracle{}
	for i := range trace {
		if op := &trace[i]; op.Tick <= tick {
			o.step(op)
		}
	}
	return o
}

func (o *oracle) step(op *faultfs.Op) {
	if op.Kind == faultfs.OpSync || op.Kind == faultfs.OpWriteback {
		o.sync(op)
		return
	}
	if op.Fault == faultfs.Evict {
		for i := range o.pieces {
			p := &o.pieces[i]
			p.void = p.void || !p.durable && p.dead && !p.resize && p.edits == nil && p.file == op.Ino
		}
	}
	if len(op.Edits) > 0 {
		p := piece{op: op, edits: op.Edits}
		if op.Kind == faultfs.OpLink || op.Kind == faultfs.OpRename && op.Edits[0].Parent != op.Edits[1].Parent {
			p.above = o.directoriesAbove(op.Edits[len(op.Edits)-1].Parent)
		}
		o.add(p)
	}
	if op.Kind != faultfs.OpWrite && op.Kind != faultfs.OpTruncate {
		return
	}
	o.revive(op)
	for size := op.OldSize + 1; size <= op.Size; size++ {
		if size == op.Size || op.Kind == faultfs.OpWrite && size%4096 == 0 && size > op.Off {
			o.add(piece{op: op, file: op.Ino, resize: true, size: size})
		}
	}
	if op.Size < op.OldSize {
		o.add(piece{op: op, file: op.Ino, resize: true, size: op.Size, shrinks: true})
	}
	for i := 0; i < len(op.Data); {
		n := i
		for n < len(op.Data) && (op.Off+int64(n))/512 == (op.Off+int64(i))/512 {
			n++
		}
		o.add(piece{op: op, file: op.Ino, off: op.Off + int64(i), bytes: op.Data[i:n]})
		i = n
	}
}

func (o *oracle) add(p piece) {
	for i := range o.pieces {
		if ordered(&o.pieces[i], &p) {
			p.needs = append(p.needs, i)
		}
	}
	o.pieces = append(o.pieces, p)
}

// ordered reports whether piece b cannot be on the disk without the earlier piece a.
func ordered(a, b *piece) bool {
	switch {
	case a.edits != nil && b.edits != nil:
		return sameName(a, b) || sameInode(a.op, b.op) ||
			a.op.Dir && slices.Contains(b.above, a.op.Ino) ||
			b.op.Kind == faultfs.OpRemove && b.op.Dir && changes(a, b.op.Ino)
	case a.edits != nil || b.edits != nil || a.file != b.file:
		return false
	case a.resize && b.resize:
		return true
	case a.resize:
		return a.shrinks && b.off+int64(len(b.bytes)) > a.size
	case b.resize:
		return false
	}
	return a.off/512 == b.off/512
}

func sameName(a, b *piece) bool {
	for _, x := range a.edits {
		for _, y := range b.edits {
			if x.Parent == y.Parent && x.Name == y.Name {
				return true
			}
		}
	}
	return false
}

func sameInode(a, b *faultfs.Op) bool {
	for _, x := range []faultfs.Ino{a.Ino, a.Victim} {
		if x != 0 && (x == b.Ino || x == b.Victim) {
			return true
		}
	}
	return false
}

func changes(p *piece, dir faultfs.Ino) bool {
	return slices.ContainsFunc(p.edits, func(e faultfs.Edit) bool { return e.Parent == dir })
}

// directoriesAbove returns dir and what lies above it, as the running program sees it now.
func (o *oracle) directoriesAbove(dir faultfs.Ino) (above []faultfs.Ino) {
	for dir != 1 && dir != 0 {
		above = append(above, dir)
		up := faultfs.Ino(0)
		for i := range o.pieces {
			for _, e := range o.pieces[i].edits {
				if e.Ino == dir {
					up = e.Parent
				}
			}
		}
		dir = up
	}
	return above
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
		case p.durable || p.void || p.dead && op.As != faultfs.Btrfs || !o.covered(p, op):
		case op.Fault == faultfs.NoEffect:
			o.harden(i)
		case op.Fault == faultfs.FailedSync:
			o.fail(i, op)
		}
	}
}

// fail lets one piece fail as the table says: a column for each filesystem, a row for bytes and one for sizes. What
// nobody waits for, because it is no sync, is about bytes.
func (o *oracle) fail(i int, op *faultfs.Op) {
	p, waited := &o.pieces[i], op.Kind == faultfs.OpSync
	switch {
	case p.edits != nil:
		p.dead = true
	case op.As == faultfs.Btrfs:
		p.void = true
	case !p.resize:
		p.dead, p.gone = true, op.As == faultfs.Ext4Ordered || op.As == faultfs.XFS
	case waited && op.As == faultfs.AnyFailure:
		p.dead = true
	case waited:
		o.harden(i)
	}
}

func (o *oracle) harden(i int) {
	if o.pieces[i].gone || o.pieces[i].void {
		return
	}
	o.pieces[i].durable = true
	for _, j := range o.pieces[i].needs {
		o.harden(j)
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
			if !p.resize && p.off/4096 == (op.Off+int64(at))/4096 {
				p.dead, p.gone = false, false
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

// images calls visit with every state that a power cut can leave and returns how many subsets of pieces there were.
func (o *oracle) images(visit func(*state)) (subsets int) {
	in := make([]bool, len(o.pieces))
	var decide func(i int)
	decide = func(i int) {
		if i == len(in) {
			subsets++
			visit(o.apply(in))
			return
		}
		p := &o.pieces[i]
		if !p.durable {
			in[i] = false
			decide(i + 1)
		}
		for _, j := range p.needs {
			if !in[j] && !o.pieces[j].void {
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

func (o *oracle) apply(in []bool) *state {
	s := &state{dirs: map[faultfs.Ino]map[string]faultfs.Edit{1: {}}, files: map[faultfs.Ino][]byte{}}
	for i := range o.pieces {
		p := &o.pieces[i]
		switch {
		case !in[i]:
		case p.edits != nil:
			for _, e := range p.edits {
				s.edit(e)
			}
		case p.resize:
			b := append([]byte(nil), s.files[p.file]...)
			s.files[p.file] = append(b, make([]byte, max(0, p.size-int64(len(b))))...)[:p.size]
		default:
			b := append([]byte(nil), s.files[p.file]...)
			copy(b[min(p.off, int64(len(b))):], p.bytes)
			s.files[p.file] = b
		}
	}
	return s
}

// state is a disk in the plainest form. It is a view.
type state struct {
	dirs  map[faultfs.Ino]map[string]faultfs.Edit
	files map[faultfs.Ino][]byte
}

func (s *state) edit(e faultfs.Edit) {
	if s.dirs[e.Parent] == nil {
		s.dirs[e.Parent] = map[string]faultfs.Edit{}
	}
	if e.Ino == 0 {
		delete(s.dirs[e.Parent], e.Name)
		return
	}
	s.dirs[e.Parent][e.Name] = e
}

// find returns where a path leads, symbolic links followed.
func (s *state) find(path string) (faultfs.Edit, bool) {
	return s.findFrom([]faultfs.Edit{{Ino: 1, Dir: true}}, path, 40)
}

// findFrom follows a path from the last of the directories on the way to it.
func (s *state) findFrom(way []faultfs.Edit, path string, links int) (faultfs.Edit, bool) {
	for path = strings.TrimLeft(path, "/"); path != ""; path = strings.TrimLeft(path, "/") {
		name, rest, _ := strings.Cut(path, "/")
		path = rest
		at := way[len(way)-1]
		if name == ".." {
			way = way[:max(1, len(way)-1)]
			continue
		}
		next, ok := s.dirs[at.Ino][name]
		switch {
		case !ok || !at.Dir:
			return at, false
		case next.Target == "":
			way = append(way[:len(way):len(way)], next)
		case links == 0:
			return next, false
		case next.Target[0] == '/':
			return s.findFrom(way[:1], next.Target+"/"+rest, links-1)
		default:
			return s.findFrom(way, next.Target+"/"+rest, links-1)
		}
	}
	return way[len(way)-1], true
}

func (s *state) names(dir string) []string {
	at, ok := s.find(dir)
	if !ok || !at.Dir {
		return nil
	}
	var names []string
	for name, e := range s.dirs[at.Ino] {
		switch {
		case e.Dir:
			name += "/"
		case e.Target != "":
			name += "->" + e.Target
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *state) size(path string) int64 {
	at, ok := s.find(path)
	if !ok || at.Dir {
		return -1
	}
	return int64(len(s.files[at.Ino]))
}

func (s *state) read(path string, off, n int64) string {
	at, ok := s.find(path)
	if !ok || at.Dir {
		return ""
	}
	b := s.files[at.Ino]
	b = b[min(off, int64(len(b))):]
	return runs(b[:min(n, int64(len(b)))])
}

// identity is everything, and which names are one file.
func (s *state) identity() string {
	inos := map[faultfs.Ino]int{}
	var b strings.Builder
	b.WriteString(everything(s))
	s.visit(func(_ string, e faultfs.Edit) {
		if _, ok := inos[e.Ino]; !ok {
			inos[e.Ino] = len(inos)
		}
		fmt.Fprintf(&b, " #%d", inos[e.Ino])
	})
	return b.String()
}

// visit calls each with all there is, parents first.
func (s *state) visit(each func(path string, e faultfs.Edit)) {
	var walk func(path string, dir faultfs.Ino)
	walk = func(path string, dir faultfs.Ino) {
		for _, name := range slices.Sorted(maps.Keys(s.dirs[dir])) {
			e := s.dirs[dir][name]
			each(path+name, e)
			if e.Dir {
				walk(path+name+"/", e.Ino)
			}
		}
	}
	walk("/", 1)
}
