package history

import "sync/atomic"

// Tick is a time on the logical clock of a run. Tick 0 precedes everything.
type Tick uint64

// Never is the Return of an operation that was not answered, and as an upper bound means no bound.
const Never = Tick(1<<63 - 1)

// Clock is the logical clock that orders client calls, their returns and filesystem operations. The zero value is ready
// to use. It is safe for concurrent use and must not be copied.
type Clock struct{ now atomic.Uint64 }

// Next advances the clock and returns the new tick, which no other call returns.
func (c *Clock) Next() Tick { return Tick(c.now.Add(1)) }

// Now returns the latest tick that Next returned.
func (c *Clock) Now() Tick { return Tick(c.now.Load()) }
