// Package invariant checks what must hold inside the engine. A caller's mistake and a broken disk are errors; a broken
// invariant is a bug in the engine, and going on could turn it into wrong data, so it panics.
//
//   - I1: Check is always on. It is for conditions that are cheap or already computed.
//   - I2: costly scans are guarded by Enabled, a constant set by the build tag "invariants". Without the tag the
//     compiler removes them.
package invariant
