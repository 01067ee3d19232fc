package history

import "sync/atomic"

// Tick is a value of the one logical clock of a run. Tick 0 is before everything.
type Tick uint64

// Never is the Return of an operation that was not answered, and an upper bound that bounds nothing.
const Never = Tick(1<<63 - 1)

// Clock is the logical clock that orders client calls, client returns and filesystem operations. The zero value is
// ready to use; it may be shared by any number of goroutines and must not be copied.
type Clock struct{ now atomic.Uint64 }

// Next advances the clock and returns the new tick, which nobody else gets.
func (c *Clock) Next() Tick { return Tick(c.now.Add(1)) }

// Now returns the latest tick that was given out.
func (c *Clock) Now() Tick { return Tick(c.now.Load()) }
