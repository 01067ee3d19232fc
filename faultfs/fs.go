package faultfs

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/afero"
)

// Options says how a filesystem is made. The zero value is an empty disk with a clock of its own and no faults.
type Options struct {
	// Tick numbers the operations. It must return a greater value at each call; nil counts from 1. Give it the clock of
	// a history to order filesystem operations and client operations together.
	Tick func() uint64
	// Rules are the faults to inject. A rule counts for itself, so it belongs to one filesystem.
	Rules []*Rule
	// Callers asks that each recorded operation carry the program counters of those who called it, as Op.PCs.
	Callers bool
	// Clock is what slow calls and stalled disks wait on; nil: nothing waits, but the faults are counted.
	Clock Clock
}

// FS is a filesystem in memory that can lose power. It implements afero.Fs; all methods may be called concurrently.
type FS struct {
	mu      sync.Mutex
	ticks   func() uint64
	now     atomic.Uint64 // latest tick that an operation took
	base    *disk         // what lay on the disk when this filesystem was mounted; never changes
	image   *image        // what is undecided about base, if it is a crash image
	nodes   map[Ino]*node // what has been touched since
	nextIno Ino
	trace   []Op
	rules   []*Rule
	callers bool
	handles uint64        // how many files and directories are open
	clock   Clock         // may be nil
	late    time.Duration // how long the call that holds mu is to wait when it has done its work
	locks   map[string]*lock
}

var _ afero.Fs = (*FS)(nil)

// New returns an empty filesystem with a root directory.
func New(o Options) *FS { return newFS(o, newDisk()) }

func newFS(o Options, base *disk) *FS {
	f := &FS{
		ticks: o.Tick, base: base, nodes: map[Ino]*node{}, rules: o.Rules, callers: o.Callers, clock: o.Clock,
	}
	if f.ticks == nil {
		f.ticks = func() uint64 { return f.now.Load() + 1 }
	}
	return f
}

// Name returns "faultfs".
func (fs *FS) Name() string { return "faultfs" }

// Now returns the tick of the latest operation that could change the disk, or that a fault hit.
func (fs *FS) Now() uint64 { return fs.now.Load() }

// Trace returns the operations recorded so far, oldest first. The caller must not change them.
func (fs *FS) Trace() []Op {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return slices.Clip(fs.trace)
}

// Sampled reports whether some look at this crash image met more undecided ops than its limit, so that its siblings
// are a sample of all images.
func (fs *FS) Sampled() bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.image != nil && fs.image.sampled
}

// LostBytes returns how many bytes of pending writes this crash image is known to have lost.
func (fs *FS) LostBytes() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.image == nil {
		return 0
	}
	return fs.image.lost
}

// record stamps and stores an operation. The caller holds mu.
func (fs *FS) record(op Op) {
	op.Tick = fs.ticks()
	fs.now.Store(op.Tick)
	if fs.callers {
		op.PCs = callers()
	}
	fs.trace = append(fs.trace, op)
}
