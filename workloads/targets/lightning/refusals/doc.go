// Package refusals checks what Lightning does not do: calls with what makes no sense, on what has ended, or on a store that is
// closed must fail with the error that the engine documents, and change nothing.
//
//	open.go    an open store: transactions, snapshots and iterators that are over, sizes and levels that there are not
//	closed.go  a closed store, and options that it does not open with
//	defaults.go options that nobody has set, and the ends of what limits may be
//	limits.go  the values of limits
//	edges.go   the longest keys, bounds that do not agree, places that a stream does not have, and what is done twice
//	outlived.go  iterators that are open when their store is closed
//	rotten.go  copies of a store whose log has rotted
//	events.go  what is said when commits are forgotten that a transaction needs
//	ondisk.go  the life of a store on the filesystem of the operating system
//	files.go   tools that look at the wrong files; a second Open where the filesystem has no locks; names that there are not
//
// The adapter of Lightning calls it where it checks accounts: the caller has the store to itself, and no call has failed since
// it was opened. Figures are compared afterwards, so a refused call that leaves a trace is found.
package refusals
