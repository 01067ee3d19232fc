// Package shrink looks for the smallest run that fails in the same way as one that was found. It takes away clients,
// operations, loaded batches and their writes, and moves faults to the front; after each step it records the smaller run
// and explores it for the same failure.
//
// Promises:
//
//   - S1: the smaller run has the failure: it was recorded, and the failure was seen in it.
//   - S2: no operation and no loaded batch can be removed, unless the time or the number of runs ran out.
//   - S3: a run of several clients is tried on a few schedules; a run of a single client is preferred, because its
//     token replays operation by operation.
//
// Shrink runs the engine, on one goroutine. It may be called for several findings at once.
package shrink
