// Package record runs the workload of a plan once on a faultfs.FS, and keeps the trace of the disk and the history of
// the clients, on one clock. All crash images of the run are later made from these two.
//
// Promises:
//
//   - R1: a Recording is evidence. Once Run has returned it, nothing writes to it, to its trace or to its history. Other
//     packages store what they derive from it themselves.
//   - R2: the same plan with one client gives the same trace, operation by operation.
//   - R3: cuts are sharp (T2 of package torture). A client operation acknowledged before the next filesystem operation counts
//     as acknowledged; one called after the last filesystem operation before the cut counts as not started.
//   - R4: an engine that does not return from an operation is a problem of the recording, not of the caller. Its goroutines
//     are leaked, since nothing can stop them. Once the context is done, they are not waited for longer than Grace.
//   - R5: an error of the engine is a problem unless an earlier injected fault excuses it.
//
// The package cuts no power and judges no history. A Recording is safe for concurrent use.
package record
