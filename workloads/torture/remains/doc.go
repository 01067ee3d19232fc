// Package remains finds out what a store leaves behind in the process and on its disk: goroutines that go on after it was
// closed or could not be opened, files that stay open, and space that grows though what is live does not.
//
//	goroutines.go  the goroutines that a piece of work has started, by a label that all of them inherit
//	usage.go       the files of a store and their bytes
//	holding.go     what a store holds, and what has grown
//	lasting.go     goroutines that end by themselves, only not at once
//	round.go       work that leaves the same data each time
//	stay.go        one store through many rounds of it, through many sessions, and through attempts to open it that fail
//
// Promises:
//
//   - G1: no finding comes of a busy machine. What was left once is none; what has grown is, if the same work makes it grow as
//     much again, and if goroutines are still there after a while. So a goroutine on its way out is none, nor a pool that a
//     library starts and keeps.
//   - G2: a store is compared with itself: what it holds after many rounds, with what it held after some. How much a store
//     may hold is its own affair, unless it states a limit.
//   - G3: a goroutine that an engine labels itself may be missed, but none of another store is ever counted.
//
// The package knows targets and no plans. Several goroutines may use it at once; each watches its own work.
package remains
