// Package accounts checks the figures of Lightning: what a store says of itself, in its metrics, its events and the lists of its
// files, must agree with itself, with what was done to the store, with the files on the disk and with what the store shows.
//
//	events.go   Book: what was done to a store, by its client and by its events
//	first.go    how a store has changed since its accounts were first looked at
//	open.go     the accounts of an open store
//	files.go    the accounts of the files of a closed store: tools that look into them must find the content that it shows
//	table.go    a table of these
//	compacted.go what a full compaction leaves
//	clock.go    the clock by which a store measures its syncs
//	checkpoint.go what was said of a checkpoint
//	content.go  the content that versions of keys add up to
//
// Promises:
//
//   - C1: nothing is compared that a fault could excuse, or that another client could change meanwhile: the caller has the store
//     to itself, and no call has failed since it was opened.
//   - C2: nothing is written.
//   - C3: an error says which figure does not agree with which, and both values.
//
// The adapter of Lightning is the only caller. A Book may be used by several goroutines.
package accounts
