// Package small is the small scope: every script of a few steps over two keys. Most bugs that lose data need no more
// than two or three steps to show, if every crash after each of them is tried.
//
// There are 16 kinds of steps: puts, deletes, batches, a range deletion of both keys, long values, a transaction, a
// flush, a compaction, a checkpoint, and closing and reopening the store; commits are synced or not. Scripts are
// numbered, so that a search through them can stop and resume. All have a single client, so each runs the same way
// every time.
//
// Package torture explores them with run --scenario small. The package has no mutable state.
package small
