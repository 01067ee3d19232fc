// Package coverage finds out which statements of an engine a run executes, and which of them are executed by
// recoveries.
//
//	build.go    builds a binary whose engine counts its statements
//	collect.go  in such a binary: collects the counts of runs and recoveries separately
//	profile.go  reads the counts, and finds what was not reached
//
// The command rebuilds itself with "go build -cover", so it needs the go command and the source of its main package.
// It then calls that binary with the same arguments. There, a Collector writes and clears the counters whenever the
// recording of a run gives way to the search through its crashes, or the other way round.
//
// Statements are those of the Go toolchain's coverage: a statement counts as reached if its block was entered.
package coverage
