// Package accounts checks the figures of Lightning. What a store reports in its metrics, its events and the lists of its files must
// be consistent, and must agree with what was done to the store, with the files on the disk, and with what the store shows.
//
//	events.go   Book: what was done to a store, as its client and its events report it
//	first.go    how a store has changed since its accounts were first checked
//	open.go     the accounts of an open store
//	files.go    the accounts of a closed store's files: the inspection tools must find the content that the store shows
//	table.go    one of its tables
//	compacted.go what a full compaction leaves
//	clock.go    the clock with which a store measures its syncs
//	checkpoint.go what the event of a checkpoint reports
//	rested.go   what a store has left to do once no one uses it
//	content.go  the content that versions of keys add up to
//
// Promises:
//
//   - C1: no check compares a figure that a fault could excuse or that another client could change meanwhile. The caller has the
//     store to itself, and no call has failed since the store was opened.
//   - C2: nothing is written.
//   - C3: an error names the figures that disagree, and gives both values.
//
// Only the adapter of Lightning and package provoked call this package. A Book is safe for concurrent use.
package accounts
