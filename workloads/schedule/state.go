package schedule

import (
	"bytes"
	"context"
	"encoding"
	"math"
	"slices"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"
)

// livesOfAnInstance is how often an instance can be restored. wazero can restore a copy of the stack only once, so this
// many copies are made.
const livesOfAnInstance = 128

// state is everything that determines the further course of a program, except for its files, none of which is open yet.
type state struct {
	memory    []byte
	size      int // of the memory at the beginning of the current life
	globals   []api.MutableGlobal
	values    []uint64 // of the globals
	stacks    []experimental.Snapshot
	now       int64
	switcher  switcher
	generated [][]byte // the generators of the world, and its hash
}

// called is called before each host call.
func (i *instance) called(name string, args []uint64) {
	switch name {
	case "path_open":
		i.opening = uint32(args[8]) // where the descriptor will be written
	case "fd_close":
		i.closing = uint32(args[0])
	}
	if !i.looked && len(name) > 5 && name[:5] == "path_" {
		i.looked = true
		if i.look == (look{}) {
			i.look = i.latest
		}
	}
}

// returned is called with the errno of each host call, and tracks the open descriptors.
func (i *instance) returned(module api.Module, name string, errno uint32) {
	switch {
	case errno != 0:
	case name == "path_open":
		if fd, ok := module.Memory().ReadUint32Le(i.opening); ok {
			i.open = append(i.open, fd)
		}
	case name == "fd_close":
		i.open = slices.DeleteFunc(i.open, func(fd uint32) bool { return fd == i.closing })
	}
}

// pauseEvery is the number of functions entered between pauses until the program first accesses a file. The state is
// saved at the last of these pauses. NB: if it were saved much earlier, Go's runtime might not have asked for the size
// of its memory yet.
const pauseEvery = 64

// pause returns the number of functions that the program may enter before its next pause.
func (i *instance) pause() uint64 {
	if i == nil || i.looked || i.saved != nil {
		return math.MaxUint64
	}
	return pauseEvery
}

// paused is called at the end of each pause, and saves the state if this is the last one before the program first
// accesses a file.
func (i *instance) paused(ctx context.Context, module api.Module) {
	if i == nil || i.looked || i.saved != nil {
		return
	}
	i.latest = look{i.world.switcher.entered, i.world.trace.sum.Sum64()}
	if i.latest == i.look {
		i.save(ctx, module)
		i.world.stdout.keeps, i.world.stderr.keeps = false, false
	}
}

func (i *instance) save(ctx context.Context, module api.Module) {
	w := i.world
	memory, _ := module.Memory().Read(0, module.Memory().Size())
	s := &state{memory: bytes.Clone(memory), size: len(memory), now: w.now, switcher: w.switcher}
	for r := range goRegisters {
		s.globals = append(s.globals, module.ExportedGlobal(registerNamed(r)).(api.MutableGlobal))
	}
	s.globals = append(s.globals, module.ExportedGlobal(countdownExport).(api.MutableGlobal))
	for _, g := range s.globals {
		s.values = append(s.values, g.Get())
	}
	for _, g := range w.generators() {
		saved, err := g.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return // this instance lives only once
		}
		s.generated = append(s.generated, saved)
	}
	snapshotter := experimental.GetSnapshotter(ctx)
	for range livesOfAnInstance {
		s.stacks = append(s.stacks, snapshotter.Snapshot())
	}
	i.saved = s
}

// generators returns those parts of a world that change as it runs, in the order of state.generated.
func (w *world) generators() []encoding.BinaryUnmarshaler {
	return []encoding.BinaryUnmarshaler{w.clock, w.random, w.switcher.source, w.trace.sum.(encoding.BinaryUnmarshaler)}
}

// exit implements proc_exit: it ends the instance, or only its current life.
func exit(ctx context.Context, module api.Module, stack []uint64) {
	code := uint32(stack[0])
	if i := worldOf(ctx).again; i != nil && i.lasts(module) {
		i.ends <- end{outcome: i.world.outcome(sys.NewExitError(code))}
		if next, ok := <-i.lives; ok {
			i.putBack(ctx, module, next)
		}
	}
	_ = module.CloseWithExitCode(ctx, code) // it returns no error here
	panic(sys.NewExitError(code))
}

// growthOfAnInstance is the number of bytes by which the memory of an instance may have grown and still be restored.
const growthOfAnInstance = 64 << 20

// lasts reports whether the instance can be restored. NB: memory cannot shrink. Go's runtime does not notice, because
// it asks for memory by the amount and computes by itself where that lies.
func (i *instance) lasts(module api.Module) bool {
	return i.saved != nil && len(i.saved.stacks) > 0 && int(module.Memory().Size())-len(i.saved.memory) <= growthOfAnInstance
}

// putBack restores everything to the state before the first access to a file. It does not return: the program continues
// there.
func (i *instance) putBack(ctx context.Context, module api.Module, next life) {
	for _, fd := range slices.Clone(i.open) {
		_, _ = module.ExportedFunction(closeExport).Call(ctx, uint64(fd)) // a disk whose close fails has closed all the same
	}
	w, s := i.world, i.saved
	memory, _ := module.Memory().Read(0, module.Memory().Size())
	clear(memory[len(s.memory) : len(s.memory)+len(memory)-s.size]) // beyond the saved memory, only what this life added was used
	copy(memory, s.memory)
	s.size = len(memory)
	for g, value := range s.values {
		s.globals[g].Set(value)
	}
	w.now, w.switcher = s.now, s.switcher
	for g, generator := range w.generators() {
		if err := generator.UnmarshalBinary(s.generated[g]); err != nil {
			panic(err) // it was marshaled by the same type
		}
	}
	i.open = i.open[:0]
	i.begin(next)
	last := len(s.stacks) - 1
	stack := s.stacks[last]
	s.stacks = s.stacks[:last]
	stack.Restore([]uint64{0})
}
