package shape

import (
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

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

// pending is what no sync has made durable: for each file and directory, a hash of the changes to it, in order.
type pending struct {
	files, dirs map[faultfs.Ino]changes
	sum         uint64 // sum of all these hashes, so that the order of files does not matter
}

// changes are the pending changes of one file or directory: a hash of all of them, and a hash of the last one.
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

// then appends a change to the pending changes of ino. Consecutive changes of the same kind count once.
func (p *pending) then(of map[faultfs.Ino]changes, ino faultfs.Ino, what uint64) {
	before := of[ino]
	if before.last == what {
		return
	}
	after := changes{plan.Mix(before.all, what), what}
	of[ino] = after
	p.sum += after.all - before.all
}

// shape returns the shape of a crash after an operation.
func (p *pending) shape(last *faultfs.Op) uint64 {
	return plan.Mix(p.sum, kindOf(last))
}

// callers is the number of innermost callers that distinguish operations.
const callers = 8

// kindOf returns a hash of the kind of an operation: what it does, to which kind of file, and from which code.
func kindOf(op *faultfs.Op) uint64 {
	h := plan.Mix(uint64(op.Kind), uint64(op.Fault))
	h = plan.Mix(h, classOf(op.Path))
	h = plan.Mix(h, classOf(op.To))
	for _, pc := range op.PCs[:min(callers, len(op.PCs))] {
		h = plan.Mix(h, codeOf(pc))
	}
	return h
}

// classOf returns a hash of a path without its numbers.
func classOf(path string) uint64 {
	h, digits := offset, false
	for i := range len(path) {
		c := path[i]
		if isDigit := '0' <= c && c <= '9'; isDigit {
			digits = true
			continue
		}
		if digits {
			h = h.with('#')
		}
		digits = false
		h = h.with(c)
	}
	return uint64(h)
}

// codes has what codeOf has returned for each program counter.
var codes sync.Map

// codeOf returns a hash of the function and the line of a program counter, which unlike the counter is the same in all processes.
func codeOf(pc uintptr) uint64 {
	if known, ok := codes.Load(pc); ok {
		return known.(uint64)
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	h := offset
	for i := range len(frame.Function) {
		h = h.with(frame.Function[i])
	}
	code := plan.Mix(uint64(h), uint64(frame.Line))
	codes.Store(pc, code)
	return code
}

// fnv is the FNV-1a hash of a text.
type fnv uint64

const (
	offset fnv = 14695981039346656037
	prime  fnv = 1099511628211
)

func (h fnv) with(c byte) fnv { return (h ^ fnv(c)) * prime }

// Seen is a set of shapes. The zero value is empty.
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

// Len returns the number of different shapes.
func (s *Seen) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// All returns the shapes in ascending order.
func (s *Seen) All() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.all))
}

// Unseen returns, for each shape among ticks that is not in the set, the first tick with that shape. ticks must be in
// ascending order; shapes has the shape at each tick. The result is in ascending order.
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
