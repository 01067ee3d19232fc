package faultfs

import "math"

// PendingOp names a pending op of a crash point.
type PendingOp struct {
	ID   uint64 // the same at every crash point of a timeline at which the op is pending
	Tick uint64 // of the call that it is a part of
	// Earlier says that it was left undecided by an earlier power cut: Tick is of the filesystem that was crashed then.
	Earlier bool
}

func (p *pendingOp) public() PendingOp { return PendingOp{uint64(p.seq), p.tick, p.settled} }

// Ops returns the pending ops, oldest first.
func (p *CrashPoint) Ops() []PendingOp {
	ops := make([]PendingOp, len(p.pending))
	for i, op := range p.pending {
		ops[i] = op.public()
	}
	return ops
}

// Losing returns the disk that has lost the pending ops of the given IDs, with all that must be lost with them, and has
// kept every other. IDs that are not pending are ignored.
func (p *CrashPoint) Losing(ids []uint64, o ImageOptions) *FS {
	doomed := losing{}
	for _, id := range ids {
		if i, pending := position(p.pending, int(id)); pending {
			doomed.add(p, i)
		}
	}
	o.Chooser, o.Limit = doomed, math.MaxInt // each op is asked for by itself
	return p.Image(o)
}

// losing is a chooser that loses the ops it has and keeps the rest.
type losing map[uint64]bool

func (l losing) Choose(_ int, about uint64) int {
	if l[about] {
		return 0
	}
	return 1
}

func (l losing) add(p *CrashPoint, i int) {
	todo := []int32{int32(i)}
	for len(todo) > 0 {
		i, todo = int(todo[len(todo)-1]), todo[:len(todo)-1]
		if id := uint64(p.pending[i].seq); !l[id] {
			l[id] = true
			todo = append(todo, p.indexed().behind.of(i)...)
		}
	}
}

// Lost returns the pending ops that this crash image is known to have lost, oldest first.
func (fs *FS) Lost() []PendingOp {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return nil
	}
	var all []PendingOp
	for i, op := range fs.image.point.pending {
		if fs.image.fate(i) == lost {
			all = append(all, op.public())
		}
	}
	return all
}
