// Package shrink looks for the smallest run that fails in the same way as a given one. It removes clients, operations,
// loaded batches and their writes, and makes faults hit earlier. After each step it records the smaller run and
// explores it for the same failure.
//
// Promises:
//
//   - S1: the smaller run has the failure: it was recorded, and the failure was observed in it.
//   - S2: no single operation and no loaded batch can be removed, unless the time or the number of runs ran out.
//   - S3: a run of several clients is tried on a few schedules. A run with one client is preferred, because its token replays
//     operation by operation.
//
// Shrink runs the engine in one goroutine. Several findings may be shrunk at once.
package shrink
