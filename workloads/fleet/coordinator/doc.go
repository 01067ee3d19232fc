// Package coordinator has the campaign of a fleet: its ledger, the queue that is made from it, and the results that go into it.
//
//	coordinator.go  Options, Open: the campaign in a directory      plan.go      what is to be done, and what is under way
//	run.go          Run: from the first item to the last result      queue.go     the stream, made from plan minus ledger
//	answers.go      what workers and operators are answered          results.go   what a worker has done, checked and counted
//	status.go       how far it is                                    evidence.go  files by their digest
//
// Promises: those of package fleet. All of a Coordinator's state but the ledger may be lost: it is the queue, and who works on what.
//
// Results are taken one at a time, by one goroutine. Status may be called by any number of goroutines.
package coordinator
