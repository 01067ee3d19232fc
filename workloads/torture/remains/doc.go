// Package remains finds out what a store leaves behind in the process and on its disk: goroutines that keep running after
// it was closed or could not be opened, files that stay open, and disk usage that grows while the live data does not.
//
//	goroutines.go  the goroutines started by a piece of work, found by a label that all of them inherit
//	usage.go       the files of a store and their sizes
//	holding.go     what a store holds, and what has grown
//	lasting.go     goroutines that take some time to end
//	round.go       work that leaves the same data each time
//	rest.go        what a store has left to do once no one uses it
//	stay.go        one store through many rounds, many sessions, and many failing attempts to open it
//
// Promises:
//
//   - G1: a busy machine causes no finding. Something left once is not a finding. Something that has grown is one if the same
//     work makes it grow as much again and, for goroutines, if they are still there after a while. So neither a goroutine that
//     is about to end nor a pool that a library starts and keeps is a finding.
//   - G2: a store is only compared with itself: what it holds after many rounds with what it held after a few. How much it may
//     hold is up to the store, unless it states a limit.
//   - G3: goroutines that an engine labels itself may be missed, but those of another store are never counted.
//
// The package depends on targets but not on plans. It is safe for concurrent use; each caller watches its own work.
package remains
