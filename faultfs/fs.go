package faultfs

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// FS is an in-memory filesystem that can lose power. It implements afero.Fs. All methods are safe for concurrent use.
type FS struct {
	mu         sync.Mutex
	ticks      func() uint64
	now        atomic.Uint64 // tick of the latest operation
	base       *disk.Disk    // the disk when this filesystem was mounted; never changes
	image      *crash.Image  // the undecided part of base, if it is a crash image
	nodes      map[Ino]*node // what has been touched since mounting
	nextIno    Ino
	trace      []Op
	rules      []*Rule
	watch      func(kind OpKind, path, to string) // may be nil
	watchReads func(path string, bytes int)       // may be nil
	callers    bool
	handles    uint64 // number of open files and directories
	calls      [OpSetxattr + 1]uint64
	clock      Clock         // may be nil
	yield      func()        // may be nil
	pause      time.Duration // how long the call that holds mu waits after it has done its work
	locks      map[string]*lock
}

var _ afero.Fs = (*FS)(nil)

// New returns a filesystem on a disk of its own.
func New(o Options) *FS {
	base := o.Base
	if base == nil {
		base = disk.New()
	}
	return newFS(o, base)
}

func newFS(o Options, base *disk.Disk) *FS {
	f := &FS{
		ticks: o.Tick, base: base, nodes: map[Ino]*node{}, rules: o.Rules, callers: o.Callers, clock: o.Clock, yield: o.Yield,
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

// Calls returns how many calls of a kind were made so far, including failed ones. This is how many calls a rule for
// this kind without a glob has matched, apart from calls to which its effect cannot happen.
func (fs *FS) Calls(kind OpKind) uint64 {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.calls[kind]
}

// OpenFiles returns the names by which files and directories that are still open were last opened: one for each handle,
// sorted.
func (fs *FS) OpenFiles() []string {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.handles == 0 {
		return nil
	}
	var names []string
	for _, n := range fs.nodes {
		for range n.handles {
			names = append(names, n.name)
		}
	}
	slices.Sort(names)
	return names
}

// Trace returns the operations recorded so far, oldest first. The caller must not modify them.
func (fs *FS) Trace() []Op {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return slices.Clip(fs.trace)
}
