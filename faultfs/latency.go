package faultfs

import "time"

// stallMillis is how long a disk stalls if the rule does not say. It is the time after which Linux gives up on a disk.
const stallMillis = 30_000

// delay delays a call hit by a Slow or Stall rule. A slow call does its work first and then waits without holding up
// others; a stalled call waits first, and blocks the disk while it does. The caller holds mu.
func (fs *FS) delay(r *Rule) {
	d := time.Duration(r.Millis) * time.Millisecond
	switch {
	case fs.clock == nil:
	case r.Effect == Slow:
		fs.pause += d
	case r.Millis == 0:
		fs.clock.Sleep(stallMillis * time.Millisecond)
	default:
		fs.clock.Sleep(d)
	}
}

// enter begins a call: it takes mu.
func (fs *FS) enter() {
	if fs.yield != nil {
		fs.yield()
	}
	fs.mu.Lock()
}

// leave ends a call: it releases mu and then waits if the call is slow.
func (fs *FS) leave() {
	d := fs.pause
	fs.pause = 0
	fs.mu.Unlock()
	if d > 0 {
		fs.clock.Sleep(d)
	}
	if fs.yield != nil {
		fs.yield()
	}
}
