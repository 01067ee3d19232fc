package openfile

import (
	"sync"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/engine/internal/durable"
)

// Pool opens the files of a directory.
//
// Lock order: the lock of a file that is not in the ring, then the pool's, then the lock of a file in the ring. A file
// in the ring is one that may be closed; no holder of its lock waits for the pool's.
type Pool struct {
	dir *durable.Dir
	max int

	mu struct {
		sync.Mutex
		open int     // number of files that are open or about to be
		ring []*File // open files that may be closed
		hand int
	}
	changed sync.Cond             // on mu: open decreased, or a file was added to the ring
	refused atomic.Pointer[error] // why no more files may be opened; nil if they may
}

// NewPool returns a pool that keeps up to maxOpen files open, but at least one.
func NewPool(dir *durable.Dir, maxOpen int) *Pool {
	p := &Pool{dir: dir, max: max(maxOpen, 1)}
	p.changed.L = &p.mu
	return p
}

// Open opens a regular file. A missing file is corruption.
func (p *Pool) Open(name string) (*File, error) {
	f := &File{pool: p, name: name}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

// Refuse makes every later attempt to open a file fail, because the directory may belong to another process from now
// on. Files that are open can still be read.
func (p *Pool) Refuse(cause error) { p.refused.Store(&cause) }

// Files returns the number of open files.
func (p *Pool) Files() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.open
}

// enter waits for room and counts a file that is about to be opened.
func (p *Pool) enter() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.mu.open >= p.max {
		if len(p.mu.ring) > 0 {
			p.evict()
		} else {
			p.changed.Wait() // all slots belong to files about to be opened
		}
	}
	p.mu.open++
}

// show allows an open file to be closed when another one needs its slot.
func (p *Pool) show(f *File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.place = len(p.mu.ring)
	p.mu.ring = append(p.mu.ring, f)
	p.changed.Broadcast()
}

// left counts a file that was closed.
func (p *Pool) left() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.open--
	p.changed.Broadcast()
}

// hide makes sure that no one else closes a file.
func (p *Pool) hide(f *File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.place >= 0 && f.place < len(p.mu.ring) && p.mu.ring[f.place] == f {
		p.take(f)
	}
}

// take removes a file from the ring. The caller holds mu.
func (p *Pool) take(f *File) {
	last := len(p.mu.ring) - 1
	moved := p.mu.ring[last]
	p.mu.ring[f.place], moved.place = moved, f.place
	p.mu.ring[last] = nil
	p.mu.ring = p.mu.ring[:last]
	f.place = -1
}

// sweeps is how often the hand goes around looking for a file that no one is reading.
const sweeps = 2

// evict closes a file of the ring: the first one that has not been read since the hand last passed and is not being
// read, or else one that is being read, as soon as that read ends. The caller holds mu.
func (p *Pool) evict() {
	for step := 0; ; step++ {
		p.mu.hand = (p.mu.hand + 1) % len(p.mu.ring)
		f := p.mu.ring[p.mu.hand]
		if step < sweeps*len(p.mu.ring) {
			if f.used.Swap(false) || !f.mu.TryLock() {
				continue
			}
		} else {
			f.mu.Lock()
		}
		p.take(f)
		f.shut()
		p.mu.open--
		f.mu.Unlock()
		return
	}
}

// defaultMax is the upper limit of DefaultMax.
const defaultMax = 1000
