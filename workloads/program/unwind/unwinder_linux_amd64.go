package unwind

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Unwinder finds the stacks of threads and numbers them. Its methods are safe for concurrent use.
type Unwinder struct {
	mu      sync.Mutex
	never   map[string]bool // devices whose files are not opened
	threads map[int]*thread
	modules map[fileID]*module // nil: a file that cannot be used
	files   []*os.File
	numbers map[string]int
	stacks  []found
}

// found is a stack.
type found struct {
	exe   string
	calls []at
	ends  string // why there are no more calls, if there are any
}

// Limits.
const (
	maxThreads = 1024 // known at once
	maxModules = 256
)

// New returns an unwinder that never opens a file on a filesystem of the given type, which is named as in
// /proc/self/mountinfo. The error says why threads cannot be inspected here.
func New(fsType string) (*Unwinder, error) {
	never, err := devicesOf(fsType)
	if err != nil {
		return nil, err
	}
	if self, err := os.Readlink("/proc/self"); err != nil || self != fmt.Sprint(os.Getpid()) {
		return nil, fmt.Errorf("%w: /proc does not show this process as number %d; in a container, mounting /proc must be allowed", ErrUnsupported, os.Getpid())
	}
	return &Unwinder{
		never: never, threads: map[int]*thread{}, modules: map[fileID]*module{}, numbers: map[string]int{},
	}, nil
}

// Caller returns the number of a thread's stack; numbers begin at 1. The thread must be waiting for an answer from this
// process. Thread 0 stands for the kernel.
func (u *Unwinder) Caller(tid int) int {
	if tid == 0 {
		return u.number(found{ends: program.ByKernel})
	}
	pc, sp, err := where(tid)
	if err != nil {
		return u.number(found{ends: err.Error()})
	}
	exe, err := exeOf(tid)
	if err != nil {
		return u.number(found{ends: err.Error()})
	}
	u.mu.Lock()
	t := u.threads[tid]
	u.mu.Unlock()
	if t != nil && t.exe == exe {
		if f, ok := u.find(t, pc, sp); ok {
			return u.number(f)
		}
	}
	if t, err = newThread(tid, exe); err != nil {
		return u.number(found{exe: exe, ends: err.Error()})
	}
	u.mu.Lock()
	if len(u.threads) >= maxThreads {
		clear(u.threads)
	}
	u.threads[tid] = t
	u.mu.Unlock()
	f, _ := u.find(t, pc, sp)
	return u.number(f)
}

// find walks a stack. It returns false if the memory map of the thread may be out of date.
func (u *Unwinder) find(t *thread, pc, sp uint64) (found, bool) {
	f := found{exe: t.exe, ends: noMemory}
	mem := t.stackOf(sp)
	if mem == nil {
		return f, false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	f.calls, f.ends = walk(pc, sp, in{u, t}, mem)
	return f, f.ends != noFile
}

// in is the code of a thread's process.
type in struct {
	*Unwinder
	*thread
}

func (i in) module(pc uint64) (*module, uint64, bool) {
	m := i.mappingAt(pc)
	if m == nil || m.file == (fileID{}) {
		return nil, 0, false
	}
	mod := i.moduleOf(i.thread, m)
	if mod == nil {
		return nil, 0, false
	}
	addr, ok := mod.address(pc - m.start + m.off)
	return mod, addr, ok
}

// moduleOf returns the file of a mapping, or nil if it cannot be used. The caller holds mu.
func (u *Unwinder) moduleOf(t *thread, m *mapping) *module {
	if mod, known := u.modules[m.file]; known {
		return mod
	}
	u.modules[m.file] = nil
	if u.never[m.file.dev] || len(u.files) == maxModules {
		return nil
	}
	f, err := t.open(m)
	if err != nil {
		return nil // it has been removed, or is not for this user
	}
	mod, err := newModule(m.path, f)
	if err != nil {
		_ = f.Close() // only read
		return nil
	}
	u.files = append(u.files, f)
	u.modules[m.file] = mod
	return mod
}

// number returns the number of a stack.
func (u *Unwinder) number(f found) int {
	key := []byte(f.exe + "\x00" + f.ends + "\x00")
	for _, c := range f.calls {
		key = append(key, c.module.path...)
		key = binary.LittleEndian.AppendUint64(append(key, 0), c.addr)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	n, known := u.numbers[string(key)]
	if !known {
		u.stacks = append(u.stacks, f)
		n = len(u.stacks)
		u.numbers[string(key)] = n
	}
	return n
}

// Stacks names the stacks. Number n is at index n-1.
func (u *Unwinder) Stacks() ([]program.Frame, []program.Stack) {
	u.mu.Lock()
	defer u.mu.Unlock()
	table := table{index: map[program.Frame]int{}}
	stacks := make([]program.Stack, len(u.stacks))
	for i, f := range u.stacks {
		stacks[i] = table.stack(f)
	}
	return table.frames, stacks
}

// Close closes the files.
func (u *Unwinder) Close() {
	if u == nil {
		return
	}
	for _, f := range u.files {
		_ = f.Close() // only read
	}
}

// table numbers frames.
type table struct {
	frames []program.Frame
	index  map[program.Frame]int
}

func (t *table) stack(f found) program.Stack {
	s := program.Stack{Note: f.ends}
	if f.exe != "" {
		s.Program = filepath.Base(f.exe)
	}
	frames, whole := fold(f.calls)
	if whole {
		s.Note = ""
	}
	for _, frame := range frames {
		n, known := t.index[frame]
		if !known {
			n = len(t.frames)
			t.frames, t.index[frame] = append(t.frames, frame), n
		}
		s.Frames = append(s.Frames, n)
	}
	return s
}
