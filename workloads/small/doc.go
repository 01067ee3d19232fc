// Package small is the small scope: every script of a few steps over two keys. Most bugs that lose data need no more
// than two or three steps to show, if every crash after each of them is tried.
//
// There are 16 kinds of steps: puts, deletes, batches, a range deletion of both keys, long values, a transaction, a
// flush, a compaction, a checkpoint, and closing and reopening the store; commits are synced or not. After its steps, each
// script reads both keys: by name, as a stream, in a snapshot, and with cursors that turn round. Scripts are numbered, so that
// a search through them can stop and resume. All have a single client, so each runs the same way every time.
//
// Package torture explores them with run --scenario small, without the standing checks of the target, which depend on no script. The
// package has no mutable state.
//
// Lightning passes. At the commit that added the reads, it was explored with all 272 scripts of up to two steps: 2,512 crash
// points and 618,677 images under posix-min. All 4,368 scripts of up to three steps were last explored before that (commit
// 1080e279). Every crash point was explored exhaustively, with every crash of every recovery:
//
//	profile        crash points   images       of them in recovery   one worker, at a load of 25
//	posix-min      42,827         12,530,948   12,340,854            35 min
//	ext4-ordered   42,827          9,721,044    9,538,802            34 min
//
// There are about 70,000 scripts of four steps, so those are for several machines, each with a part of the numbers (--seed).
package small
