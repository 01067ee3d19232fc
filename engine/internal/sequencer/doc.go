// Package sequencer says in which order commits become visible, and when: which may be read, which are written to the
// log and which are on disk. It is the part of the commit path after the log record (package engine, commit.go).
//
// Reading order: sequencer.go has the state and what a commit calls, groupcommit.go the writes and syncs that commits
// share, publish.go how commits become visible.
//
// The package promises (I4 and I5 of package engine rest on it):
//
//   - S1: a commit becomes visible after every commit before it, and only when it and they are as durable as they
//     asked to be.
//   - S2: Finish returns nil only when the commit is as durable as it asked to be, and visible.
//   - S3: after the first failed write or sync nothing becomes visible any more, and everybody who waits gets that
//     error.
//   - S4: earlier logs are synced before later ones. A log says that those before it are durable only when they are.
//
// Open, Room and Append are called by one goroutine at a time, which holds DB.commitMu, and Start before any of them;
// everything else may be called by any number of goroutines. The package writes only to logs. It starts no goroutine
// and knows no clock.
package sequencer
