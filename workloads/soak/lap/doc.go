// Package lap is what a child process of a soak does: some cells of a lap, replays of findings, or a stretch of the store that
// lives for the whole soak. The supervisor gives it a Job in a file, and it answers with Messages, a line of JSON each.
//
//	job.go      Job: what a child has to do     cells.go  the canary, and the cells of a lap
//	message.go  Message, and a Teller of them   again.go  replays
//	work.go     Work: one job, from its beginning to its end
//
// Promises:
//
//   - P1: a cell is told of once all of it is done. What was cut short is not told of.
//   - P2: no cell is told of before the canary of its lap was caught by this process or by an earlier one.
//   - P3: while it works, a child tells a few times a second that it lives and how much it has done, so that the supervisor can
//     tell a busy child from one that is stuck.
//
// What a child does follows from its job, whoever starts it. The package knows no ledger file and no other process.
package lap
