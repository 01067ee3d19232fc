// Package coordinator runs the campaign of a fleet: its ledger, the queue derived from it, and the results that go into it.
//
//	coordinator.go  Begin, Resume: the campaign in a directory   plan.go      cells to do, and cells in progress
//	run.go          Run: from the first item to the last result  queue.go     the stream, which is the plan minus the ledger
//	answers.go      answers to workers and operators             results.go   results, checked and counted
//	status.go       progress                                     evidence.go  files, identified by their digest
//
// The promises are those of package fleet. Except for the ledger, all state of a Coordinator may be lost: the queue, and which
// worker has which cell.
//
// One goroutine accepts results, one at a time. Status is safe for concurrent use.
package coordinator
