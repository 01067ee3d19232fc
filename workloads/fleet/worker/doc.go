// Package worker is one worker of a fleet: it asks the coordinator whether it may go on, takes a cell from the queue, does it,
// delivers what came of it until it has a receipt, and only then acknowledges the item.
//
//	worker.go   Options, Run: from the first hello to the end    deliver.go  evidence and result, until there is a receipt
//	lease.go    an item, whose lease is renewed while it is done
//
// Promises:
//
//   - W1: what was done is delivered again until the coordinator says that it is durable, or refuses it. Whatever happens to the broker,
//     the queue or the coordinator meanwhile costs time, and no result.
//   - W2: a worker whose context is done gives its item back at once, and has told of nothing that it had begun.
//   - W3: a worker that hears nothing for Options.Patience ends with an error.
//
// How a cell is done is somebody else's business (package cells).
package worker
