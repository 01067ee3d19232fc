// Package hints says what was not durable when a store acknowledged something. It needs the trace of the disk and the moments
// of the acknowledgements, and recovers nothing, so it takes milliseconds.
//
// A hint is no finding. The store may not need the operation to keep its promise: an obsolete file whose removal is not durable
// comes back after a power cut, and does no harm. But whoever looks for a missing sync finds it in this list.
//
// Promises:
//
//   - H1: what a hint says is true. At its acknowledgement, a power cut could have left a disk without the operation, under the
//     given model. The bytes of a file whose removal is durable are left out, since no disk shows them.
//   - H2: an operation is reported at the first acknowledgement after it and at no later one.
//   - H3: operations that lack a sync of the same kind are one hint, which says at how many acknowledgements that was so.
//
// Callers: package program for programs that know nothing of the lab, package torture for targets in this process. The package
// knows faultfs alone. A List belongs to one goroutine.
package hints
