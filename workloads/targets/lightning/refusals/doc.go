// Package refusals checks what Lightning must refuse. Calls with invalid arguments, calls on something that has ended,
// and calls on a closed store must fail with the documented error and change nothing.
//
//	open.go    an open store: ended transactions, closed snapshots and iterators, invalid sizes and levels
//	closed.go  a closed store, and invalid options
//	defaults.go the defaults of options, and the ranges of limits
//	limits.go  the values of limits
//	edges.go   the longest keys, contradictory bounds, invalid positions in a stream, and calls made twice
//	outlived.go  iterators that are open when their store is closed
//	rotten.go  copies of a store whose log has rotted
//	events.go  what happens when commits that a transaction needs are forgotten
//	ondisk.go  the life of a store on the operating system's filesystem
//	files.go   tools that are given the wrong files; a second Open where the filesystem has no locks; names of reasons
//	repository.go  backups that are not there
//	readonly.go  a store that is open read-only, callers that panic, and what compactions report
//	vacant.go  directories without a store
//	stopped.go calls whose context is cancelled
//
// The adapter of Lightning calls it where it checks accounts: the caller has the store to itself, and no call has
// failed since the store was opened. The figures are compared afterwards, so a refused call that leaves a trace is
// found.
package refusals
