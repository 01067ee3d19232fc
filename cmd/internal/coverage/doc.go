// Package coverage finds out which statements of an engine a run executes, and which of them in recoveries.
//
//	build.go    a binary whose engine counts its statements
//	collect.go  what such a binary does: it collects the counts of the run and of recoveries apart
//	profile.go  reading the counts, and what was not reached
//
// The command builds itself anew with "go build -cover", so it needs the go command and the source of its main package, and
// calls that binary with the same arguments. In it, a Collector takes the counters away at each change between the
// recording of a run and the search through its crashes.
//
// Statements are those of the Go toolchain's coverage: a statement counts as reached if its block was entered.
package coverage
