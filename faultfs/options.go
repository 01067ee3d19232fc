package faultfs

import (
	"time"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Options configure a new filesystem. The zero value is an empty disk with a tick counter of its own and no faults.
type Options struct {
	// Tick numbers the operations. It must return a greater value at each call; nil counts from 1. Pass the clock of a
	// history to order filesystem operations and client operations together.
	Tick func() uint64
	// Rules are the faults to inject. A rule keeps its own counts, so it belongs to one filesystem.
	Rules []*Rule
	// Callers makes each recorded operation carry the program counters of its callers, as Op.PCs.
	Callers bool
	// Base is what is on the disk at first, durably. It must not change. If nil, the disk is empty.
	Base *disk.Disk
	// Clock is what slow calls and stalled disks wait on. If nil, nothing waits, but the faults are counted.
	Clock Clock
	// Yield, if not nil, is called at the beginning and at the end of each call, and may let other goroutines run. It must not use
	// the filesystem.
	Yield func()
}

// Clock is what slow calls wait on. Nothing else in the package uses time.
type Clock interface {
	// Sleep returns when the time has passed, by the clock's own notion of time. It must not use the filesystem: a
	// stalled disk sleeps while all its calls wait.
	Sleep(time.Duration)
}
