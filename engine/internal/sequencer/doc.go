// Package sequencer decides when commits become visible and in which order. It tracks which commits may be read, which
// have been written to the log and which are on disk. It is the part of the commit path after the log record (package
// engine, commit.go).
//
// Reading order: sequencer.go has the state and what a commit calls, groupcommit.go the writes and syncs that commits
// share, publish.go how commits become visible.
//
// Promises, on which I4 and I5 of package engine rest:
//
//   - S1: a commit becomes visible after every earlier commit, and only when all of them are as durable as they asked
//     to be.
//   - S2: Finish returns nil only when the commit is as durable as it asked to be, and visible.
//   - S3: after the first failed write or sync nothing more becomes visible, and every waiting commit gets that error.
//   - S4: earlier logs are synced before later ones. A log claims that earlier ones are durable only when they are.
//
// Three marks move forward: written, durable and visible. Each is the sequence number up to which everything has
// reached that stage. A commit may pass visible only when written and durable have passed what it and all earlier
// commits demand, which is why a Buffered commit appended after a Sync commit waits for that sync too. If it did not, a
// reader could see it, act on it, and lose it to the power cut that also takes the Sync commit before it.
//
// On failure the order is: set stopped, wait until no publisher can still be running on the old value, then hand out
// the error. If the error were returned first, a publisher could still make the failed commit visible, and the caller
// who was told of a failure would find its data.
//
// Open, Room and Append must be called by one goroutine at a time, holding DB.commitMu, and Start before any of them.
// Everything else is safe for concurrent use. The package writes only to logs. It starts no goroutine and uses no
// clock.
package sequencer
