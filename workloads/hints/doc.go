// Package hints lists what was not yet durable when a store acknowledged something. It needs only the trace of the disk and the
// times of the acknowledgements. It recovers nothing, so it takes milliseconds.
//
// A hint is not a finding. The store may not need the operation in order to keep its promises. For example, an obsolete
// file whose removal is not durable comes back after a power cut, which does no harm. But if a sync is missing, this
// list shows it.
//
// Promises:
//
//   - H1: hints are true. Under the given model, a power cut at the acknowledgement could have left a disk without the
//     operation. Writes to a file whose removal is durable are left out, since they cannot affect any disk.
//   - H2: an operation is reported at the first acknowledgement after it and at no later one.
//   - H3: similar operations that lack the same kind of sync are one hint, which counts the acknowledgements concerned.
//
// Callers: package program, for programs that do not know the lab, and package torture, for targets in this process. The package
// depends only on faultfs. A List is not safe for concurrent use.
package hints
