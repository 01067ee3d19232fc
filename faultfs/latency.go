package faultfs

import "time"

// stallMillis is how long a disk stalls unless the rule says how long: when Linux gives a disk up.
const stallMillis = 30_000

// delay makes the call that a Slow or Stall rule hit late. A slow call has done its work and waits alone; a stalled
// one has not and holds the disk. The caller holds mu.
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

// leave ends a call: mu is released, and then the call waits if it is to be slow.
func (fs *FS) leave() {
	d := fs.pause
	fs.pause = 0
	fs.mu.Unlock()
	if d > 0 {
		fs.clock.Sleep(d)
	}
}
