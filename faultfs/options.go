package faultfs

import "time"

// Options says how a filesystem is made. The zero value is an empty disk with a clock of its own and no faults.
type Options struct {
	// Tick numbers the operations. It must return a greater value at each call; nil counts from 1. Give it the clock of
	// a history to order filesystem operations and client operations together.
	Tick func() uint64
	// Rules are the faults to inject. A rule counts for itself, so it belongs to one filesystem.
	Rules []*Rule
	// Callers asks that each recorded operation carry the program counters of its callers, as Op.PCs.
	Callers bool
	// Clock is what slow calls and stalled disks wait on; nil: nothing waits, but the faults are counted.
	Clock Clock
}

// Clock is what slow calls wait on. Nothing else in the package knows of time.
type Clock interface {
	// Sleep returns when the time has passed, by whatever the clock calls time. It must not use the filesystem: a
	// stalled disk sleeps with all its calls waiting.
	Sleep(time.Duration)
}
