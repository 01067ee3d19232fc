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
	stretch int    // the next stretch
	commits uint64 // the number of commits so far, and of the last one
	filled  int    // how many keys, from the first on, were written to fill the store
	model   model
	saved   *saved // what disk and model are read from; nil before the first snapshot
	disk    *faultfs.FS
	store   workloads.Store
	tail    tail // what may be lost
	written int  // bytes since the latest power cut, in the first traced operations of the disk
	traced  int
}

// dir is where the store lives.
const dir = "/life"

// New returns a life with an empty store, which grows to about the given number of bytes.
func New(target torture.Target, seed uint64, bytes int64, file string) *Life {
	return &Life{
		target: target, seed: seed, file: file, model: newModel(max(leastKeys, int(bytes/meanValue)), nil), disk: faultfs.New(faultfs.Options{}),
	}
}

const (
	leastKeys = 64
	mostSmall = 256 << 20 / meanValue
)

// large reports whether the store is too large to be handled in memory.
func (l *Life) large() bool { return l.model.keys > mostSmall }

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

// cutsAStretch is the number of power cuts in a stretch of a small store. A large one has one: what is written in a stretch is in
// memory, several times over.
const cutsAStretch = 8

// Next runs one stretch, after which the store is closed. If the store breaks a promise, the error is a Violation and the life is
// over. If ctx is done, the stretch is abandoned and the error is that of ctx. Any other error is the host's.
//
// A read of the snapshot that fails is a panic, which Next turns into an error. If it comes in a goroutine of the engine, it ends the
// process. An engine that recovers from it is not blamed for what it does then.
func (l *Life) Next(ctx context.Context) (s Stretch, err error) {
	defer l.saved.blame(&err)
	s.Number = l.stretch
	if l.store == nil {
		if err := l.open(); err != nil {
			return s, err
		}
	}
	rng := rand.New(rand.NewPCG(l.seed, uint64(l.stretch)))
	cuts := cutsAStretch
	if l.large() {
		cuts = 1
	}
	for range cuts {
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
	if err := l.Close(); err != nil {
		return s, violated("error", "the store could not be closed on a healthy disk: %v", err)
	}
	l.store = nil
	return s, nil
}

// open opens the store on the disk, creating its directory if necessary.
func (l *Life) open() error {
	if _, err := l.disk.Stat(dir); err != nil && !l.target.Promises.MakesDir {
		if err := l.makeDir(); err != nil {
			return err
		}
	}
	env := torture.Env{FS: l.disk, Dir: dir}
	if l.large() {
		env.Limits = l.target.Roomy
	}
	store, err := l.target.OpenStore(env)
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
