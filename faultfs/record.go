package faultfs

import (
	"runtime"
	"slices"
)

// record stamps an operation with a tick and stores it. The caller holds mu.
func (fs *FS) record(op Op) {
	op.Tick = fs.ticks()
	fs.now.Store(op.Tick)
	if fs.callers {
		op.PCs = callers()
	}
	fs.trace = append(fs.trace, op)
}

// callersMax is the most callers that an op carries, including those inside this package.
const callersMax = 32

// callers returns the stack above record.
func callers() []uintptr {
	var pcs [callersMax]uintptr
	return slices.Clone(pcs[:runtime.Callers(3, pcs[:])])
}

// Recorded returns a filesystem that has the given trace and nothing else. That is enough to make timelines, crash
// points and images of a run recorded elsewhere. The trace is not copied.
func Recorded(trace []Op) *FS {
	fs := New(Options{})
	fs.trace = trace
	if len(trace) > 0 {
		fs.now.Store(trace[len(trace)-1].Tick)
	}
	return fs
}
