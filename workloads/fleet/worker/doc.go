// Package worker is one worker of a fleet. It asks the coordinator for permission to go on, takes a cell from the queue, runs it,
// delivers the result until it has a receipt, and only then acknowledges the item.
//
//	worker.go   Options, Run: from the first hello to the end    deliver.go  delivering evidence and result
//	lease.go    running an item while renewing its lease
//
// Promises:
//
//   - W1: a result is delivered until the coordinator confirms that it is durable, or refuses it. Whatever happens to the
//     broker, the queue or the coordinator meanwhile costs time, but no result.
//   - W2: when its context is done, a worker gives its item back at once, without delivering a partial result.
//   - W3: a worker that hears nothing for Options.Patience ends with an error.
//
// Package cells implements Doer, which runs the cells.
package worker
