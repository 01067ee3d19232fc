// Package lap is the work of a soak's child process: cells of a lap, replays of findings, or stretches of the long-lived store. The
// supervisor passes a Job in a file, and the child answers with Messages, one line of JSON each.
//
//	job.go      Job: what a child has to do     cells.go  the canary, and the cells of a lap
//	message.go  Message, and a Teller of them   again.go  replays
//	work.go     Work: one job, from its beginning to its end
//	subject.go  Subject: what tortures a program; package programs implements it, so that others need no FUSE
//
// Promises:
//
//   - P1: a cell is reported once it is complete. A cell that was interrupted is not reported.
//   - P2: no cell is reported before this process or an earlier one has caught the canary of its lap.
//   - P3: while it works, a child reports a few times a second how much work it has done, so that the supervisor can tell a busy
//     child from one that is stuck.
//
// What a child does depends on its job alone. The package knows neither the ledger's file nor other processes.
package lap
