// Package invariant states what must hold inside the engine. A caller's mistake and a broken disk are errors; a broken
// invariant is a bug of the engine, and going on would turn it into wrong data, so it panics.
//
//   - I1: Check is always on. It is for conditions that are cheap or already computed.
//   - I2: costly scans are guarded by Enabled, a constant that the build tag "invariants" sets; without the tag the
//     compiler drops them.
package invariant
