package endless

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Possible reports whether a target can have a life.
func Possible(target *torture.Target) bool {
	return !target.IsLog() && target.Promises.SyncSurvivesPowerCut
}

// Life is a long-lived store.
type Life struct {
	// Ops counts operations and compared keys. It may be read by other goroutines.
	Ops atomic.Uint64

	target  torture.Target
	seed    uint64
	file    string
	stretch int      // the next stretch
	commits uint64   // the number of commits so far, and of the last one
	model   []uint64 // for each key, the commit that wrote it; 0 if it does not exist
	disk    *faultfs.FS
	store   workloads.Store
	tail    tail // what may be lost
}

// dir is where the store lives.
const dir = "/life"

// New returns a life with an empty store, which grows to about the given number of bytes.
func New(target torture.Target, seed uint64, bytes int64, file string) *Life {
	return &Life{
		target: target, seed: seed, file: file, model: make([]uint64, max(leastKeys, bytes/meanValue)), disk: faultfs.New(faultfs.Options{}),
	}
}

const leastKeys = 64

// Violation is a promise that the store broke.
type Violation struct {
	Class    string // lost, invented, wrong, error
	Sentence string
}

func (v *Violation) Error() string { return v.Sentence }

func violated(class, format string, args ...any) error {
	return &Violation{class, fmt.Sprintf(format, args...)}
}

// Stretch is what happened between two snapshots.
type Stretch struct {
	Number    int
	Cuts      int
	Ops       int
	Commits   int
	Keys      int   // at the end
	LiveBytes int64 // of keys and values
	DiskBytes int64
	Files     int
	LostBytes int64
	Gauges    map[string]float64 // the engine's own gauges at the end; nil if it has none
}

// cutsAStretch is the number of power cuts in a stretch.
const cutsAStretch = 8

// Next runs one stretch. If the store breaks a promise, the error is a Violation and the life is over. If ctx is done, the stretch
// is abandoned and the error is that of ctx.
func (l *Life) Next(ctx context.Context) (s Stretch, err error) {
	s.Number = l.stretch
	if l.store == nil {
		if err := l.open(); err != nil {
			return s, err
		}
	}
	rng := rand.New(rand.NewPCG(l.seed, uint64(l.stretch)))
	for range cutsAStretch {
		if err := l.load(ctx, rng, &s); err != nil {
			return s, err
		}
		if err := l.cut(rng, &s); err != nil {
			return s, err
		}
	}
	l.stretch++
	if err := l.measure(&s); err != nil {
		return s, err
	}
	return s, l.renew()
}

// renew closes the store and puts its files on a new disk. An image shares data with the disk that it was made from, so a chain of
// images would grow without limit.
func (l *Life) renew() error {
	if err := l.Close(); err != nil {
		return violated("error", "the store could not be closed on a healthy disk: %v", err)
	}
	files, err := l.files()
	if err != nil {
		return err
	}
	l.store, l.disk = nil, faultfs.New(faultfs.Options{})
	return l.restore(files)
}

// open opens the store on the disk, creating its directory if necessary.
func (l *Life) open() error {
	if _, err := l.disk.Stat(dir); err != nil && !l.target.Promises.MakesDir {
		if err := l.makeDir(); err != nil {
			return err
		}
	}
	store, err := l.target.OpenStore(torture.Env{FS: l.disk, Dir: dir})
	if err != nil {
		return violated("does not open", "the store does not open after %d commits: %v", l.commits, err)
	}
	l.store = store
	return nil
}

func (l *Life) makeDir() error {
	if err := l.disk.Mkdir(dir, 0o777); err != nil {
		return err
	}
	root, err := l.disk.Open("/")
	if err != nil {
		return err
	}
	return errors.Join(root.Sync(), root.Close())
}

// Close closes the store.
func (l *Life) Close() error {
	if l.store == nil {
		return nil
	}
	return l.store.Close()
}
