package shape

import (
	"hash/maphash"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
)

var seed = maphash.MakeSeed()

// Of returns the shape of the crash at each tick at which a trace changes the disk.
func Of(trace []faultfs.Op) map[uint64]uint64 {
	all := make(map[uint64]uint64, len(trace))
	now := pending{files: map[faultfs.Ino]changes{}, dirs: map[faultfs.Ino]changes{}}
	for i := range trace {
		if op := &trace[i]; op.Changes() {
			now.add(op)
			all[op.Tick] = now.shape(op)
		}
	}
	return all
}

// pending is what no sync has made durable: for each file and directory what was done to it, in order, as a hash.
type pending struct {
	files, dirs map[faultfs.Ino]changes
	sum         uint64 // of all of them; the order of files among each other does not matter
}

// changes are those of one file or directory, as hashes.
type changes struct{ all, last uint64 }

func (p *pending) add(op *faultfs.Op) {
	if op.Kind == faultfs.OpSync {
		of := p.files
		if op.Dir {
			of = p.dirs
		}
		p.sum -= of[op.Ino].all
		delete(of, op.Ino)
		return
	}
	what := kindOf(op)
	for i := range op.Edits {
		p.then(p.dirs, op.Edits[i].Parent, what)
	}
	if len(op.Edits) == 0 {
		p.then(p.files, op.Ino, what)
	}
}

// then appends a change to what is pending. Changes of one kind that follow each other count once.
func (p *pending) then(of map[faultfs.Ino]changes, ino faultfs.Ino, what uint64) {
	before := of[ino]
	if before.last == what {
		return
	}
	after := changes{maphash.Comparable(seed, [2]uint64{before.all, what}), what}
	of[ino] = after
	p.sum += after.all - before.all
}

// shape returns the shape of a crash after an operation.
func (p *pending) shape(last *faultfs.Op) uint64 {
	return maphash.Comparable(seed, [2]uint64{p.sum, kindOf(last)})
}

// callers is how many of the innermost callers tell operations apart.
const callers = 8

// kindOf returns what an operation has in common with others: what it does, to which kind of file, and which code asks for it.
func kindOf(op *faultfs.Op) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, [2]uint64{uint64(op.Kind), uint64(op.Fault)})
	writeClass(&h, op.Path)
	writeClass(&h, op.To)
	for _, pc := range op.PCs[:min(callers, len(op.PCs))] {
		maphash.WriteComparable(&h, pc)
	}
	return h.Sum64()
}

// writeClass writes a path without its numbers.
func writeClass(h *maphash.Hash, path string) {
	digits := false
	for i := range len(path) {
		c := path[i]
		if isDigit := '0' <= c && c <= '9'; isDigit {
			digits = true
			continue
		}
		if digits {
			_ = h.WriteByte('#') // it returns no error
		}
		digits = false
		_ = h.WriteByte(c) // it returns no error
	}
	_ = h.WriteByte(0) // it returns no error
}

// Seen is the shapes that were seen. The zero value has none.
type Seen struct {
	mu  sync.Mutex
	all map[uint64]bool
}

// Add adds a shape.
func (s *Seen) Add(shape uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[uint64]bool{}
	}
	s.all[shape] = true
}

// Len returns how many different shapes were seen.
func (s *Seen) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// Unseen returns the first of some ticks, which ascend, at which each shape occurs that was not seen; shapes says which is where.
func (s *Seen) Unseen(ticks []uint64, shapes map[uint64]uint64) (first []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	here := map[uint64]bool{}
	for _, tick := range ticks {
		if shape := shapes[tick]; !s.all[shape] && !here[shape] {
			here[shape] = true
			first = append(first, tick)
		}
	}
	return first
}
