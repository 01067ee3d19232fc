// Package record runs the workload of a plan once on a faultfs.FS and keeps what happened: the trace of the disk and the
// history of the clients, on one clock. All crash images of the run are made from these two later.
//
// Promises:
//
//   - R1: a Recording is evidence. Nothing writes to it, to its trace or to its history once Run has returned it. Later
//     packages keep what they find out about it themselves.
//   - R2: the same plan with one client gives the same trace, operation by operation.
//   - R3: cuts are sharp (T2 of package torture). A client operation that was acknowledged before the next filesystem
//     operation counts as acknowledged; one called after the last filesystem operation before the cut counts as not
//     begun.
//   - R4: an engine that does not return from an operation is a problem of the recording, not of the caller. Its
//     goroutines are left running, since nothing can stop them.
//     Nobody waits for them any longer than Grace once the context is done.
//   - R5: an error of the engine is a problem only if no earlier injected fault excuses it.
//
// The package cuts no power and judges no history. A Recording may be read by any number of goroutines.
package record
