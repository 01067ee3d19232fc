package supervisor

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/measure"
)

// Limits say how long a child may make no progress before it counts as stuck.
type Limits struct {
	CPU  time.Duration // in CPU time; 0 means DefaultCPU
	Idle time.Duration // in wall time, for a child that uses no CPU; 0 means DefaultIdle
}

// Defaults of Limits. They are generous: the lab itself gives up on a hanging operation much earlier.
const (
	DefaultCPU  = 5 * time.Minute
	DefaultIdle = 30 * time.Minute
)

// Measured is a measurement of a child. Missing has the figures that could not be read, with the reason.
type Measured struct {
	Figures map[string]float64 // "rss" in bytes, "fds", "cpu" in seconds, and those reported by the child
	Missing map[string]string
}

// limitError says why a child was killed.
type limitError struct {
	why      Why
	sentence string
}

func (e *limitError) Error() string { return e.sentence }

// watch measures a child.
type watch struct {
	child  *Child
	cancel context.CancelCauseFunc
	done   chan struct{}
	over   sync.WaitGroup
	mu     struct {
		sync.Mutex
		told *lap.Beat
		work uint64        // the reported work when it last grew
		cpu  time.Duration // the CPU time used by then
		at   time.Duration // the time on the watch's clock
	}
}

// Memory is checked often, because an engine can allocate a gigabyte in a second.
const (
	lookInterval    = 100 * time.Millisecond
	measureInterval = 10 // in checks of memory
)

// start starts watching a process.
func (w *watch) start(pid int) {
	w.done = make(chan struct{})
	w.over.Go(func() {
		ticker := time.NewTicker(lookInterval)
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-w.done:
				return
			case <-ticker.C:
			}
			w.memory(pid)
			if n%measureInterval == 0 {
				w.measure(pid, time.Duration(n)*lookInterval)
			}
		}
	})
}

func (w *watch) stop() {
	if w.done != nil {
		close(w.done)
		w.over.Wait()
	}
}

// beat records a beat of the child.
func (w *watch) beat(b *lap.Beat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.told = b
}

// rss returns the resident memory of a child, with that of the programs that it runs, if any.
func (w *watch) rss(pid int) (int64, error) {
	if w.child.Job.Spec.Program != nil {
		return measure.TreeRSS(pid)
	}
	return measure.RSS(pid)
}

// memory kills a child that exceeds its memory limit. If the figure cannot be read, measure reports that.
func (w *watch) memory(pid int) {
	limit := w.child.Job.Memory
	if limit == 0 {
		return
	}
	if rss, err := w.rss(pid); err == nil && rss > limit {
		w.cancel(&limitError{Memory, fmt.Sprintf("the process used %d MiB of memory, and may use %d", rss>>20, limit>>20)})
	}
}

// measure measures a child and kills it if it is stuck.
func (w *watch) measure(pid int, now time.Duration) {
	m := Measured{Figures: map[string]float64{}, Missing: map[string]string{}}
	add := func(name string, value float64, err error) {
		if err != nil {
			m.Missing[name] = err.Error()
			return
		}
		m.Figures[name] = value
	}
	rss, err := w.rss(pid)
	add("rss", float64(rss), err)
	fds, err := measure.Descriptors(pid)
	add("fds", float64(fds), err)
	cpu, cpuErr := measure.CPU(pid)
	add("cpu", cpu.Seconds(), cpuErr)
	w.mu.Lock()
	if w.mu.told != nil {
		maps.Copy(m.Figures, w.mu.told.Figures)
		if w.mu.told.Work != w.mu.work {
			w.mu.work, w.mu.cpu, w.mu.at = w.mu.told.Work, cpu, now
		}
	}
	used, idle := cpu-w.mu.cpu, now-w.mu.at
	w.mu.Unlock()
	if w.child.Measured != nil {
		w.child.Measured(m)
	}
	limits := w.child.Stuck
	if limits.CPU == 0 {
		limits.CPU = DefaultCPU
	}
	if limits.Idle == 0 {
		limits.Idle = DefaultIdle
	}
	switch {
	case cpuErr == nil && used > limits.CPU:
		w.cancel(&limitError{Stuck, fmt.Sprintf("the process used %v of CPU time without making progress", used.Round(time.Second))})
	case idle > limits.Idle:
		w.cancel(&limitError{Stuck, fmt.Sprintf("the process made no progress for %v", idle.Round(time.Second))})
	}
}
