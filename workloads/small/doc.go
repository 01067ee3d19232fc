// Package small has the small scope: every script of a few steps over two keys. Most mistakes that lose data need no more than two
// or three steps to show, if only every crash after every one of them is tried.
//
// There are 16 kinds of step: puts, deletes, batches, a deletion of both keys as a range, long values, a transaction, a flush, a
// compaction, a checkpoint, and closing and opening the store again; commits are synced or not. Scripts are numbered, so that a search
// through them can stop and go on; all are of one client, so each runs the same way every time.
//
// Package torture explores them: run --scenario small. Nothing here changes once it is made.
package small
